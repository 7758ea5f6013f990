//! The resources: a table of names, methods and what they do.

mod apply;
mod employee;
mod patch;
mod periods;
mod read;
mod rules;

use bytes::Bytes;
use http::Method;
use time::Date;

use super::query::Query;
use super::schema::{self, Rule};
use super::state::State;
use super::texts::{NOT_XML, PARAMETER, Refusal};
use super::xml::{self, Element, Writer};

type Run = fn(&mut State, &Operation, &mut Writer) -> Result<(), Refusal>;

/// A resource of the service.
#[derive(Debug)]
pub(crate) struct Resource {
    pub(crate) name: &'static str,
    methods: &'static [Method],
    run: Run,
}

const GET: &[Method] = &[Method::GET];
const POST: &[Method] = &[Method::POST];

static RESOURCES: &[Resource] = &[
    Resource { name: "getemployees.nv", methods: GET, run: read::list },
    Resource { name: "getemployee.nv", methods: GET, run: read::one },
    Resource { name: "employee.nv", methods: POST, run: employee::write },
    Resource { name: "patchemployee.nv", methods: POST, run: patch::write },
    Resource { name: "addjobperiod.nv", methods: POST, run: periods::add },
    Resource { name: "editjobperiod.nv", methods: POST, run: periods::edit },
    // Documented as GET; a client in the field posts it.
    Resource { name: "deletejobperiod.nv", methods: &[Method::GET, Method::POST], run: periods::delete },
    Resource { name: "getpayrollparties.nv", methods: GET, run: read::payroll_parties },
    Resource { name: "customerlist.nv", methods: GET, run: read::customers },
];

/// The resource of that lower-case name.
pub(crate) fn find(name: &str) -> Option<&'static Resource> {
    RESOURCES.iter().find(|resource| resource.name == name)
}

impl Resource {
    pub(crate) fn accepts(&self, method: &Method) -> bool {
        self.methods.contains(method)
    }
}

/// A request whose caller is known and may do this.
// No Debug: query and body hold personal data.
pub(crate) struct Operation {
    pub(crate) resource: &'static Resource,
    pub(crate) query: Query,
    pub(crate) body: Bytes,
    /// The company's calendar day.
    pub(crate) today: Date,
}

impl Operation {
    /// Does it. On success the answer's own part is in `out`; a failure has changed nothing.
    pub(crate) fn run(&self, state: &mut State, out: &mut Writer) -> Result<(), Refusal> {
        (self.resource.run)(state, self, out)
    }

    /// A parameter that has to be there.
    fn needed(&self, name: &'static str) -> Result<&str, Refusal> {
        self.query.get(name).ok_or_else(|| PARAMETER.with(name))
    }

    /// A parameter that is a key.
    fn key(&self, name: &'static str) -> Result<u32, Refusal> {
        self.needed(name)?.parse().map_err(|_| PARAMETER.with(name))
    }

    /// A parameter that is 0 or 1; absent: 0.
    fn switch(&self, name: &'static str) -> Result<bool, Refusal> {
        match self.query.get(name) {
            None | Some("0") => Ok(false),
            Some("1") => Ok(true),
            Some(_) => Err(PARAMETER.with(name)),
        }
    }

    /// The body, checked against a table.
    fn message(&self, rules: &'static [Rule], state: &State) -> Result<Element, Refusal> {
        let root = xml::parse(&self.body).ok_or_else(|| NOT_XML.plain())?;
        schema::check(&root, rules, state.options.strict_order)?;
        Ok(root)
    }
}
