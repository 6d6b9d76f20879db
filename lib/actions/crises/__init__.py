"""重大事案: a leak, a product accident or a grave mistake, from first word to last step.

`opening` makes one with its list, `working` does the list, counts people and lots and
logs experts and publications, `ending` closes it, `reading` tells how it stands. The
steps themselves are data (`lib.settings.crisis_steps`).
"""
