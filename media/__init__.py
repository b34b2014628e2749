"""Bytes in, bytes out: what a photo is, what it says, and the small pictures made of it.

No framework and no storage here; Pillow is imported nowhere else in the product.
"""
