"""What the person does: sitting, standing, walking, away."""
