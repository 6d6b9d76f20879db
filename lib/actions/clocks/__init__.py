"""期限: which clocks an answer starts, who says whether they apply, when they run out.

`proposing` knows which should stand, `starting` puts them beside the answer that starts
them, `keeping` finds what came past the app. `changing` holds what a person does with
one, `ruling` how the rules are changed, `running` everything that can run out.
"""
