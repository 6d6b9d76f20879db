"""施策・改善 on the screen: proposing one in one press, the board, one of them."""
