//! How is somebody told what is wrong with a file? Everything at once, each with its place.

use crate::problem::Cause;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use std::{
    fmt::{self, Display, Formatter},
    ops::Range,
    sync::Arc,
};

/// A file's name and text, which its reports quote.
#[derive(Debug)]
pub struct Source {
    /// What reports call it.
    pub name: String,
    /// All of it.
    pub text: String,
}

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub cause: Cause,
    /// Where, in bytes of the file; `None` if it isn't the file that is wrong.
    pub at: Option<Range<usize>>,
    /// The other one of two that don't go together.
    pub other: Option<Range<usize>>,
}

/// Problems while they are being found.
#[derive(Debug)]
pub(crate) struct Problems {
    source: Arc<Source>,
    found: Vec<Problem>,
}

impl Problems {
    /// None yet.
    pub fn new(source: Arc<Source>) -> Self {
        Self { source, found: Vec::new() }
    }

    /// The file.
    pub fn source(&self) -> Arc<Source> {
        self.source.clone()
    }

    /// Has nothing been found yet?
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Something is wrong at a place.
    pub fn add(&mut self, at: Range<usize>, cause: Cause) {
        self.found.push(Problem { cause, at: Some(at), other: None });
    }

    /// Two places don't go together; the second one is to blame.
    pub fn add_pair(&mut self, other: Range<usize>, at: Range<usize>, cause: Cause) {
        self.found.push(Problem { cause, at: Some(at), other: Some(other) });
    }

    /// Something is wrong, but not with the file.
    pub fn add_nowhere(&mut self, cause: Cause) {
        self.found.push(Problem { cause, at: None, other: None });
    }

    /// `value`, if nothing was wrong.
    ///
    /// # Errors
    /// Everything that was wrong, in the order of the file.
    pub fn none<T>(self, value: T) -> Result<T, Errors> {
        self.none_yet().map(|_| value)
    }

    /// Go on, if nothing was wrong.
    ///
    /// # Errors
    /// Everything that was wrong, in the order of the file.
    pub fn none_yet(self) -> Result<Self, Errors> {
        if self.found.is_empty() { Ok(self) } else { Err(self.all()) }
    }

    /// What was found, in the order of the file.
    pub fn all(mut self) -> Errors {
        self.found.sort_by_key(|p| p.at.as_ref().map_or((usize::MAX, 0), |a| (a.start, a.end)));
        Errors { source: self.source, problems: self.found }
    }
}

/// Everything that is wrong with a file, in the order of the file: at least one problem.
#[derive(Clone, Debug)]
pub struct Errors {
    source: Arc<Source>,
    /// One by one.
    pub problems: Vec<Problem>,
}

impl Errors {
    /// Line, counted from 1, in which a problem lies.
    pub fn line(&self, problem: &Problem) -> Option<usize> {
        let before = self.source.text.as_bytes().get(..problem.at.as_ref()?.start)?;
        Some(1 + before.iter().filter(|b| **b == b'\n').count())
    }

    /// File and line, what is wrong, the lines of the file, the way out.
    fn render(&self, problem: &Problem) -> String {
        let (wrong, way_out) = problem.cause.lines();
        let title = Level::ERROR.primary_title(wrong);
        let help = Level::HELP.message(way_out);
        let quote = problem.at.clone().map(|at| {
            let other = problem.other.clone();
            let other = other.map(|o| AnnotationKind::Context.span(o).label("and here"));
            Snippet::source(self.source.text.as_str())
                .path(self.source.name.as_str())
                .annotation(AnnotationKind::Primary.span(at))
                .annotations(other)
        });
        let group = match quote {
            Some(quote) => title.element(quote).element(help),
            None => title.element(help),
        };
        Renderer::plain().render(&[group])
    }
}

impl Display for Errors {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for problem in &self.problems {
            writeln!(f, "{}\n", self.render(problem))?;
        }
        let count = self.problems.len();
        let noun = if count == 1 { "problem" } else { "problems" };
        write!(f, "{count} {noun} in {}", self.source.name)
    }
}

impl std::error::Error for Errors {}
