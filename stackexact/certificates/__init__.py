"""Certificates: claims with proofs that are checked without a solver."""
