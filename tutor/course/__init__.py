"""What a lesson is: models, YAML with positions, the catalogue of courses."""
