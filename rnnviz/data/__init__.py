"""Data: MNIST, drawings in MNIST's frame, augmentations, and files written atomically."""
