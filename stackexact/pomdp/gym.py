"""Gymnasium, where it is installed; importing this module says what to do where it is not."""

from __future__ import annotations

from stackexact.errors import MissingLibrary

try:
    import gymnasium
    from gymnasium import spaces
except ImportError as missing:
    raise MissingLibrary(
        f"environment: expected Gymnasium, found none ({missing}); pip install 'stackexact[gym]'"
    ) from None

__all__ = ["gymnasium", "spaces"]
