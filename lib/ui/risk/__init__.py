"""リスク: how contacts from consumer centres stand, why, and what is done about it."""
