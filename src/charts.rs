//! Charts as server-made SVG: scales, axes, gaps, range bands. Pure.
