"""Export of a run as a script and a notebook that need only torch, or torch and torchvision."""
