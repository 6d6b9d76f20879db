"""文書: short pages that everybody answers by, and who has read them (R60)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, cast

from lib.actions.permissions import needs
from lib.errors import NotAllowed
from lib.schema.document import REVIEW_AFTER_DAYS, Document, Training
from lib.schema.frames import JOINER, standing
from lib.schema.ids import id_for
from lib.schema.tables import table
from lib.schema.vocab import DocumentKind, DocumentStatus
from lib.store.access import UserStore
from lib.store.protocol import Commit, Insert, Update
from lib.text import folded

DOCUMENTS: Final = "documents"
TRAININGS: Final = "trainings"

ASKED: Final = (
    "title",
    "kind",
    "product_code",
    "claim_type",
    "body",
    "source_ids",
    "owner",
    "review_on",
    "for_everybody",
    "status",
)
"""What a person is asked for."""

MOST_FITTING: Final = 3


# Looking ------------------------------------------------------------------------------


def listed(desk: UserStore) -> tuple[Document, ...]:
    """Return every document, those in use first, each kind's newest first."""

    def made() -> tuple[Document, ...]:
        rows = standing(table(DOCUMENTS), desk.frame(DOCUMENTS))
        found = cast("list[Document]", list(rows))
        return tuple(sorted(found, key=lambda one: one.id, reverse=True))

    return desk.derived("documents", made)


def find(desk: UserStore, words: str) -> tuple[Document, ...]:
    """Return the documents in which every one of these words stands; all for none.

    Width, case and the kind of kana are folded away.
    """
    wanted = folded(words).split()
    texts = desk.derived(
        "words of documents", lambda: {one.id: _words(one) for one in listed(desk)}
    )
    return tuple(
        one for one in listed(desk) if all(word in texts[one.id] for word in wanted)
    )


def _words(one: Document) -> str:
    said = (
        one.title,
        one.kind.value,
        one.claim_type,
        one.product_code,
        one.body,
        one.source_ids,
        one.id,
    )
    return folded("\n".join(map(str, said)))


def document_of(desk: UserStore, number: str) -> Document | None:
    """Return a document by its number; None where there is none of it."""
    try:
        return cast("Document", desk.record(DOCUMENTS, number))
    except NotAllowed:
        return None


def fitting(
    desk: UserStore, product_code: str, claim_type: str
) -> tuple[Document, ...]:
    """Return what is to be read for such a complaint, the closest first, at most three.

    A document fits where the product and the kind of complaint that it names are these;
    one that names neither is about everything and proposed nowhere.
    """
    if not (product_code or claim_type):
        return ()
    return desk.derived(
        ("fitting documents", product_code, claim_type),
        lambda: _fitting(listed(desk), product_code, claim_type),
    )


def _fitting(
    every: Sequence[Document], product_code: str, claim_type: str
) -> tuple[Document, ...]:
    fits = [
        one
        for one in every
        if one.status is DocumentStatus.IN_USE
        and (one.product_code or one.claim_type)
        and one.product_code in ("", product_code)
        and one.claim_type in ("", claim_type)
    ]
    named = sorted(
        fits, key=lambda one: -(bool(one.product_code) + bool(one.claim_type))
    )
    return tuple(named[:MOST_FITTING])


def overdue(desk: UserStore, today: date) -> tuple[Document, ...]:
    """Return the documents in use that should have been read again, the oldest first."""
    late = [
        one
        for one in listed(desk)
        if one.status is DocumentStatus.IN_USE
        and one.review_on is not None
        and one.review_on < today
    ]
    return tuple(sorted(late, key=lambda one: one.review_on or today))


def read_by(desk: UserStore, number: str) -> Training | None:
    """Return what is noted of this person and a document; None for nothing."""
    return training_of(desk, desk.principal.key, number)


def training_of(desk: UserStore, email: str, number: str) -> Training | None:
    """Return what is noted of somebody and a document; None for nothing."""
    key = table(TRAININGS).key_of({"email": email, "document_id": number})
    try:
        return cast("Training", desk.record(TRAININGS, key))
    except NotAllowed:
        return None


# Writing ------------------------------------------------------------------------------


@needs("documents.write")
def write(
    desk: UserStore,
    *,
    title: str,
    body: str,
    kind: DocumentKind,
    product_code: str = "",
    claim_type: str = "",
    source_ids: Sequence[str] = (),
    now: datetime,
    commit_id: str,
) -> Document:
    """Begin a document that is in use at once; its writer looks after it.

    Args:
        desk: of the person who writes.
        title: what it is about.
        body: what is to be known; without names or contacts of customers.
        kind: what it is for.
        product_code: of what it is about; "" for everything.
        claim_type: the kind of complaint for which it is read; "" for any.
        source_ids: numbers of the cases that it was made from.
        now: when.
        commit_id: the same for every retry.

    Raises:
        InvalidRecord: title or text are missing, each by its field.
        NotAllowed: the person's role writes none.
    """
    values = {
        "title": title,
        "body": body,
        "kind": kind,
        "product_code": product_code,
        "claim_type": claim_type,
        "source_ids": JOINER.join(dict.fromkeys(source_ids)),
    }
    return record(desk, values, now=now, commit_id=commit_id)


@needs("documents.write")
def record(
    desk: UserStore, values: Mapping[str, Any], *, now: datetime, commit_id: str
) -> Document:
    """Begin a document with these of `ASKED`; raises as `write`."""
    first = {
        "owner": desk.principal.name,
        "review_on": now.date() + timedelta(days=REVIEW_AFTER_DAYS),
    }
    made = Document.parse(
        {**first, **_asked(values), "id": id_for("B", now, f"{commit_id}:document")}
    )
    desk.commit(Commit(commit_id, desk.principal.name, now, (Insert(made),)))
    return made


@needs("documents.write")
def change(
    desk: UserStore,
    seen: Document,
    values: Mapping[str, Any],
    *,
    now: datetime,
    commit_id: str,
) -> None:
    """Change these of `ASKED`; what stays as it was is not written.

    Raises:
        InvalidRecord, NotAllowed: as `write`.
        Conflict: somebody else changed the same fields since `seen`.
    """
    after = Document.parse({**seen.values(), **_asked(values)})
    names = [name for name in ASKED if getattr(seen, name) != getattr(after, name)]
    if not names:
        return
    update = Update(
        DOCUMENTS,
        seen.id,
        {name: getattr(seen, name) for name in names},
        {name: getattr(after, name) for name in names},
    )
    desk.commit(Commit(commit_id, desk.principal.name, now, (update,)))


@needs("documents.write")
def reviewed(desk: UserStore, seen: Document, *, now: datetime, commit_id: str) -> date:
    """Note that a document was read again and holds; return when it is due next.

    Raises as `change`.
    """
    due = now.date() + timedelta(days=REVIEW_AFTER_DAYS)
    change(desk, seen, {"review_on": due}, now=now, commit_id=commit_id)
    return due


@needs("documents.read")
def note_read(
    desk: UserStore, document: Document, *, now: datetime, commit_id: str
) -> None:
    """Note that this person read a document today.

    Raises:
        NotAllowed: the person's role reads none, or has no name here.
        Conflict: the same was noted elsewhere meanwhile.
    """
    me = desk.principal
    found = read_by(desk, document.id)
    if found is None:
        made = Training.parse(
            {"email": me.key, "document_id": document.id, "read_on": now.date()}
        )
        desk.commit(Commit(commit_id, me.name, now, (Insert(made),)))
        return
    if found.read_on == now.date():
        return
    update = Update(
        TRAININGS,
        table(TRAININGS).key_of(found),
        {"read_on": found.read_on},
        {"read_on": now.date()},
    )
    desk.commit(Commit(commit_id, me.name, now, (update,)))


def _asked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of `ASKED` that were given, texts without blanks around them."""
    given = {name: values[name] for name in ASKED if name in values}
    texts = {
        name: (value or "").strip()
        for name, value in given.items()
        if value is None or type(value) is str
        if table(DOCUMENTS).field(name).kind == "text"
    }
    return given | texts
