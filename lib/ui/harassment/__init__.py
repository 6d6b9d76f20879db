"""カスハラ対応 on the screen: policy, safety steps, asking for help, talks owed."""
