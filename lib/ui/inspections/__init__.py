"""毎月の点検 on the screen: one month to sign, the last twelve, what it rests on."""
