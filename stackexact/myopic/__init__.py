"""Followers who respond best to each decision by itself: what a leader can get from them over many stages."""
