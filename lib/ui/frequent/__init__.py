"""The page 多発している問題: like complaints as cards, each to be made an improvement."""
