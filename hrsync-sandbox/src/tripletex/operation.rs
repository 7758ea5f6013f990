//! A request that was let in, and what it does.

use std::collections::BTreeSet;

use bytes::Bytes;
use serde_json::{Value, json};
use time::Date;

use super::body::{self, Draft};
use super::fields::Selection;
use super::listing::{self, Listing};
use super::model::Kind;
use super::options::ListWrites;
use super::query::Query;
use super::refusal::Refusal;
use super::rights;
use super::routes::Route;
use super::rules;
use super::save;
use super::state::State;

/// Who calls.
#[derive(Debug, Clone, Default)]
pub(crate) struct Caller {
    /// The place of their token.
    pub(crate) token: usize,
    /// The employee who made the token.
    pub(crate) owner: u64,
    /// The employee who stands for the token.
    pub(crate) shadow: u64,
    pub(crate) rights: BTreeSet<u32>,
}

/// What comes back when nothing was refused.
#[derive(Debug)]
pub(crate) struct Success {
    pub(crate) status: u16,
    /// None: an empty body.
    pub(crate) body: Option<Value>,
}

impl Success {
    pub(crate) fn new(status: u16, body: Value) -> Self {
        Self { status, body: Some(body) }
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self { status, body: None }
    }

    pub(crate) fn value(status: u16, value: Value) -> Self {
        Self::new(status, json!({ "value": value }))
    }
}

pub(crate) type Outcome = Result<Success, Refusal>;

/// What an endpoint does.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Act {
    List(&'static Listing),
    Get(Kind),
    Create(Kind),
    CreateMany(Kind),
    Update(Kind),
    UpdateMany(Kind),
    Delete(Kind),
    /// Something of its own.
    Own(fn(&Operation, &mut State) -> Outcome),
    /// Not exposed to anybody.
    Closed,
}

/// A request that was let in. It may be carried out later.
#[derive(Clone)]
pub(crate) struct Operation {
    pub(crate) route: &'static Route,
    /// What stood for `{id}` in the path.
    pub(crate) argument: Option<String>,
    pub(crate) query: Query,
    pub(crate) body: Bytes,
    pub(crate) if_none_match: Option<String>,
    pub(crate) caller: Caller,
    pub(crate) today: Date,
}

impl Operation {
    /// Carries it out as a whole, or not at all.
    pub(crate) fn run(&self, state: &mut State) -> Outcome {
        state.commit();
        let outcome = self.act(state);
        if outcome.is_err() {
            state.roll_back();
        }
        state.commit();
        outcome
    }

    fn act(&self, state: &mut State) -> Outcome {
        match self.route.act {
            Act::List(listing) => listing::list(self, state, listing),
            Act::Get(kind) => {
                let id = self.id()?;
                let record = state.get(kind, id).ok_or_else(Refusal::not_found)?;
                rights::one(state, &self.caller, kind, record)?;
                self.show(state, kind, id, 200)
            }
            Act::Create(kind) => {
                self.selection(kind)?;
                let draft = body::one(&self.body, kind)?;
                body::look(kind, &draft, true, None)?;
                let id = save::create(self, state, kind, &draft)?;
                self.show(state, kind, id, 201)
            }
            Act::Update(kind) => {
                self.selection(kind)?;
                let id = self.id()?;
                let mut draft = body::one(&self.body, kind)?;
                super::reconstructed::same_id(id, draft.id)?;
                draft.id = Some(id);
                body::look(kind, &draft, false, None)?;
                save::update(self, state, kind, &draft)?;
                self.show(state, kind, id, 200)
            }
            Act::CreateMany(kind) => self.many(state, kind, true),
            Act::UpdateMany(kind) => self.many(state, kind, false),
            Act::Delete(kind) => {
                let id = self.id()?;
                let record = state.get(kind, id).cloned().ok_or_else(Refusal::not_found)?;
                rights::one(state, &self.caller, kind, &record)?;
                save::same_version(
                    &record,
                    self.query.number("version")?.and_then(|number| u32::try_from(number).ok()),
                )?;
                rules::delete(self, state, kind, &record)?;
                state.remove(kind, id);
                Ok(Success::empty(204))
            }
            Act::Own(act) => act(self, state),
            Act::Closed => Err(Refusal::forbidden()),
        }
    }

    fn many(&self, state: &mut State, kind: Kind, creating: bool) -> Outcome {
        let selection = self.selection(kind)?;
        let drafts = body::many(&self.body, kind)?;
        for (place, draft) in drafts.iter().enumerate() {
            body::look(kind, draft, creating, Some(place))?;
        }
        let mut ids = Vec::new();
        for draft in &drafts {
            ids.push(self.save(state, kind, draft, creating)?);
            if state.options.list_writes == ListWrites::UpToTheRefused {
                state.commit();
            }
        }
        let values = ids.iter().filter_map(|id| state.get(kind, *id)).map(|record| selection.show(state, kind, record));
        Ok(Success::new(if creating { 201 } else { 200 }, listing::written(values.collect())))
    }

    fn save(&self, state: &mut State, kind: Kind, draft: &Draft, creating: bool) -> Result<u64, Refusal> {
        if creating { save::create(self, state, kind, draft) } else { save::update(self, state, kind, draft) }
    }

    /// The number in the path.
    pub(crate) fn id(&self) -> Result<u64, Refusal> {
        let text = self.argument.as_deref().unwrap_or_default();
        text.parse().map_err(|_| Refusal::not_a_number(text))
    }

    pub(crate) fn selection(&self, kind: Kind) -> Result<Selection, Refusal> {
        Selection::parse(self.query.get("fields"), kind)
    }

    /// One object.
    pub(crate) fn show(&self, state: &State, kind: Kind, id: u64, status: u16) -> Outcome {
        let record = state.get(kind, id).ok_or_else(Refusal::not_found)?;
        Ok(Success::value(status, self.selection(kind)?.show(state, kind, record)))
    }
}
