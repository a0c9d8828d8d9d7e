//! Recipes: a chain of decoding operations as CyberChef writes them (Chef format, JSON, address bar).
