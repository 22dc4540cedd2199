"""Recommendations to a follower that moves from what is recommended towards what pays ("Learning to incentivize on the
fly", submission 23162 to ICLR 2026), exactly.

``models`` holds what a response is made of, ``responses`` what the follower makes of one recommendation,
``fixed_points`` the recommendations that it follows, ``commitments`` the leader's best ones, ``misspecified`` what
comes of a wrong belief in the follower's behaviour.
"""
