//! Does the table remember flows as a search of all its entries would?

mod model;
