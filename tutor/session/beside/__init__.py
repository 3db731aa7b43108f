"""One exercise in several frameworks, side by side: parts, differences in words, values in ulps."""
