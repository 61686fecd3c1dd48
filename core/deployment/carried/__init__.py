"""Programs that stand beside the runtime in a bundle; they import nothing else."""
