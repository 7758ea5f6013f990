//! Every call of a run goes wrong in every way, or another run comes in between: sweeps bring everything right.

mod calls;
mod laws;
mod scenarios;
