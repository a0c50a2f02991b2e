//! How are processes, declarations and instances laid out?
use crate::expr::{Expr, Id};
use crate::kernel::Stmt;
use crate::process::Process;
use crate::scope::Scope;
use crate::show::Show;
use num_bigint::BigUint;

/// Columns after which an instance takes a line per port.
const COLUMNS: usize = 100;

/// `[7:0] ` in front of a name, nothing for one bit.
pub(crate) fn range(width: usize) -> String {
    if width == 1 { String::new() } else { format!("[{}:0] ", width - 1) }
}

/// A module up to the end of its port list; ports are (direction and kind, width, name).
pub(crate) fn head(name: &str, ports: &[(String, usize, String)]) -> String {
    let widest = ports.iter().map(|(_, width, _)| range(*width).len()).max().unwrap_or(0);
    let lines: Vec<_> = ports
        .iter()
        .map(|(kind, width, name)| format!("  {kind} {:<widest$}{name}", range(*width)))
        .collect();
    match lines.is_empty() {
        true => format!("module {name} ();\n"),
        false => format!("module {name} (\n{}\n);\n", lines.join(",\n")),
    }
}

/// An instance; pins are (port, what it is connected to).
pub(crate) fn instance(module: &str, name: &str, pins: &[(String, String)]) -> String {
    let pins: Vec<_> = pins.iter().map(|(port, text)| format!(".{port}({text})")).collect();
    let line = format!("  {module} {name} ({});\n", pins.join(", "));
    if line.len() <= COLUMNS {
        return line;
    }
    format!("  {module} {name} (\n    {}\n  );\n", pins.join(",\n    "))
}

/// The value of a process that is one assignment of the whole signal.
pub(crate) fn whole<'p>(scope: &Scope, process: &'p Process) -> Option<(Id, &'p Expr)> {
    match process.body.as_slice() {
        [Stmt::Set { target, value, .. }] if value.width() == scope.signals[*target].width => {
            Some((*target, value))
        }
        _ => None,
    }
}

/// A process as one constant, if all it assigns are numbers: an `always` block without inputs
/// never runs in some simulators.
pub(crate) fn folded(scope: &Scope, process: Process) -> Process {
    let mut total = BigUint::default();
    let mut all_notes = vec![];
    if process.body.len() < 2 {
        return process;
    }
    for statement in &process.body {
        let Stmt::Set { low, value, notes, .. } = statement else { return process };
        let Some(number) = value.constant() else { return process };
        let mask = crate::expr::ones(value.width()) << low;
        total = (&total | &mask) ^ &mask | (number << low);
        all_notes.extend(notes.iter().cloned());
    }
    let target = process.target;
    let value = Expr::number(total, scope.signals[target].width);
    let body = vec![Stmt::Set { target, low: 0, value, notes: all_notes }];
    Process { body, ..process }
}

/// Writes the processes of one module.
pub(crate) struct Writer<'a> {
    scope: &'a Scope,
    pub(crate) show: Show<'a>,
    pub(crate) out: String,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(scope: &'a Scope) -> Writer<'a> {
        Writer { scope, show: Show::new(scope), out: String::new() }
    }

    pub(crate) fn process(&mut self, process: &Process) {
        if let Some((target, value)) = whole(self.scope, process) {
            if let [Stmt::Set { notes, .. }] = process.body.as_slice() {
                self.notes(notes, 1);
            }
            let text = self.show.text(value);
            self.line(1, &format!("assign {} = {text};", self.scope.signals[target].name));
            return;
        }
        self.line(1, "always @* begin");
        self.block(&process.body, 2);
        self.line(1, "end");
    }

    fn line(&mut self, depth: usize, text: &str) {
        self.out.push_str(&"  ".repeat(depth));
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn notes(&mut self, notes: &[String], depth: usize) {
        for note in notes {
            self.line(depth, &format!("// {note}"));
        }
    }

    fn block(&mut self, statements: &[Stmt], depth: usize) {
        for statement in statements {
            match statement {
                Stmt::Set { notes, .. } => {
                    self.notes(notes, depth);
                    let text = self.set(statement);
                    self.line(depth, &text);
                }
                Stmt::If { test, then, other } => self.conditional("", test, then, other, depth),
                Stmt::Case { test, arms } => self.case(test, arms, depth),
            }
        }
    }

    fn set(&mut self, statement: &Stmt) -> String {
        let Stmt::Set { target, low, value, .. } = statement else { return String::new() };
        let signal = &self.scope.signals[*target];
        let value_text = self.show.text(value);
        let bits = match value.width() {
            width if width == signal.width => String::new(),
            1 => format!("[{low}]"),
            width => format!("[{}:{low}]", low + width - 1),
        };
        format!("{}{bits} = {value_text};", signal.name)
    }

    /// A statement that fits behind `if (..)` or `label:` on one line.
    fn short(&mut self, block: &[Stmt]) -> Option<String> {
        match block {
            [set @ Stmt::Set { notes, .. }] if notes.is_empty() => Some(self.set(set)),
            _ => None,
        }
    }

    fn conditional(
        &mut self,
        before: &str,
        test: &Expr,
        then: &[Stmt],
        other: &[Stmt],
        depth: usize,
    ) {
        let test = self.show.text(test);
        if other.is_empty()
            && before.is_empty()
            && let Some(set) = self.short(then)
        {
            return self.line(depth, &format!("if ({test}) {set}"));
        }
        self.line(depth, &format!("{before}if ({test}) begin"));
        self.block(then, depth + 1);
        match other {
            [] => self.line(depth, "end"),
            [Stmt::If { test, then, other }] => {
                self.conditional("end else ", test, then, other, depth);
            }
            _ => {
                self.line(depth, "end else begin");
                self.block(other, depth + 1);
                self.line(depth, "end");
            }
        }
    }

    fn case(&mut self, test: &Expr, arms: &[(Expr, Vec<Stmt>)], depth: usize) {
        let test = self.show.text(test);
        self.line(depth, &format!("case ({test})"));
        let empty_default = arms.last().is_some_and(|(_, block)| block.is_empty());
        for (number, (label, block)) in arms.iter().enumerate() {
            let is_last = number + 1 == arms.len();
            if empty_default && block.is_empty() && !is_last {
                continue;
            }
            let label = if is_last { "default".to_string() } else { self.show.text(label) };
            match self.short(block) {
                _ if block.is_empty() => self.line(depth + 1, &format!("{label}: ;")),
                Some(set) => self.line(depth + 1, &format!("{label}: {set}")),
                None => {
                    self.line(depth + 1, &format!("{label}: begin"));
                    self.block(block, depth + 2);
                    self.line(depth + 1, "end");
                }
            }
        }
        self.line(depth, "endcase");
    }
}

/// `name`, or the ranges of it that `bits` holds.
pub(crate) fn parts(name: &str, width: usize, bits: &BigUint) -> Vec<String> {
    if *bits == crate::expr::ones(width) {
        return vec![name.to_string()];
    }
    let mut out = vec![];
    let mut low = 0;
    while low < width {
        let run = (low..width).take_while(|at| bits.bit(*at as u64)).count();
        match run {
            0 => {}
            1 => out.push(format!("{name}[{low}]")),
            _ => out.push(format!("{name}[{}:{low}]", low + run - 1)),
        }
        low += run.max(1);
    }
    out
}
