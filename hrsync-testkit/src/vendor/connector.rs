//! The connector of the payroll system in memory.

use std::sync::Arc;

use async_trait::async_trait;
use hrsync_core::absence::AbsenceConnector;
use hrsync_core::connector::{
    ConnectorInfo, Cursor, Evidence, Memory, Opaque, Page, Preflight, Reading, Settled, Step, StepDone, StepNature,
    Steps, Unsettled, Write,
};
use hrsync_core::mapping::{Mapping, Stop};
use hrsync_core::{
    Cell, Connector, Error, ErrorKind, FieldId, Finding, Fixer, Outcome, Record, Result, VendorId, field,
};
use time::Date;
use tokio::task::yield_now;

use super::{BANK, CallKind, Fate, MemoryVendor, Payload, State, VENDOR};

/// What a creation in several steps sends first.
const FIRST: [FieldId; 4] = [field::NATIONAL_ID, field::GIVEN_NAME, field::FAMILY_NAME, field::EMAIL];

/// The fields of `record` that `keep` wants.
fn part(record: &Record, keep: impl Fn(FieldId) -> bool) -> Record {
    let cells = record.cells().filter(|(field, _)| keep(*field));
    cells.fold(Record::new(record.id()), |part, (field, cell)| part.with(field, cell.clone()))
}

fn step(name: &'static str, nature: StepNature, payload: Payload) -> Step {
    let wanted = match &payload {
        Payload::Create(wanted) | Payload::Update { wanted, .. } => wanted,
    };
    let fields = wanted.cells().map(|(field, _)| field).collect();
    Step { name, nature, fields, payload: Opaque::new(payload), evidence: Evidence::default() }
}

fn bank(field: FieldId, mapping: &Mapping) -> bool {
    mapping.group(&BANK).any(|entry| entry.field == field)
}

impl State {
    /// A person as shown: without what is hidden, and without what the vendor never shows.
    fn shown(&self, person: &Record) -> Record {
        let visible = |field: FieldId| {
            !self.hides.contains(&field) && self.mapping.entry(field).is_some_and(|entry| !entry.write_only)
        };
        part(person, visible)
    }
}

#[async_trait]
impl Connector for MemoryVendor {
    fn info(&self) -> &ConnectorInfo {
        &self.info
    }

    fn absences(&self) -> Option<&dyn AbsenceConnector> {
        self.takes_absences.then_some(&self.absences as _)
    }

    fn mapping(&self, memory: &Memory) -> Arc<Mapping> {
        let mapping = Arc::clone(&self.state().mapping);
        if memory.get("stopped").is_none() {
            return mapping;
        }
        let mut mapping = (*mapping).clone();
        let stop = Stop { code: "memory.stopped", why: "the vendor was told to take no titles" };
        mapping.stop_updates(&[field::JOB_TITLE], stop);
        Arc::new(mapping)
    }

    async fn preflight(&self) -> Result<Preflight> {
        yield_now().await;
        let mut state = self.state();
        if let Some((error, _)) = state.called(CallKind::Preflight, None, &[]) {
            return Err(error);
        }
        let refused = || {
            let message = "the payroll system refused the credentials";
            Finding::problem("memory.credentials", message, Fixer::VendorAdministrator).with_hint("enter them again")
        };
        let findings = if state.refuses_credentials { vec![refused()] } else { Vec::new() };
        Ok(Preflight { credentials_accepted: !state.refuses_credentials, findings })
    }

    async fn list(&self, cursor: Option<&Cursor>) -> Result<Page> {
        yield_now().await;
        let mut state = self.state();
        if let Some((error, _)) = state.called(CallKind::List, None, &[]) {
            return Err(error);
        }
        let after = cursor.map(|cursor| cursor.0.as_str()).filter(|after| !(state.endless && *after == "start"));
        let mut rest = state.people.values().filter(|person| after.is_none_or(|after| person.id() > after));
        let records: Vec<Record> = rest
            .by_ref()
            .take(state.page_size)
            .map(|person| part(&state.shown(person), |field| state.list_tells.contains(&field)))
            .collect();
        let more = rest.next().is_some();
        let next = match records.last() {
            Some(last) if more => Some(Cursor(last.id().to_owned())),
            _ if state.endless => Some(Cursor("start".to_owned())),
            _ => None,
        };
        Ok(Page { records, next, coverage: state.coverage, findings: state.list_findings.clone() })
    }

    async fn read(&self, id: &VendorId, _as_of: Date) -> Result<Reading> {
        yield_now().await;
        let mut state = self.state();
        if let Some((error, _)) = state.called(CallKind::Read, Some(id.as_str()), &[]) {
            return Err(error);
        }
        if let Some(kind) = state.unreadable.get(id.as_str()) {
            return Err(Error::new(*kind, "the person cannot be read").with_vendor(VENDOR));
        }
        let Some(person) = state.people.get(id.as_str()) else {
            return Err(Error::new(ErrorKind::NotFound, "there is no such person").with_vendor(VENDOR));
        };
        Ok(Reading { hold: state.holds.get(id.as_str()).copied(), ..Reading::new(state.shown(person)) })
    }

    fn steps(&self, write: &Write<'_>) -> Result<Steps> {
        let state = self.state();
        let wanted = write.wanted;
        let steps = match (write.current, state.several_steps) {
            (None, false) => vec![step("create", StepNature::Create, Payload::Create(wanted.clone()))],
            (None, true) => {
                let identity = |field| field == field::NATIONAL_ID;
                let first = Payload::Create(part(wanted, |field| FIRST.contains(&field)));
                let rest = part(wanted, |field| identity(field) || !FIRST.contains(&field));
                vec![
                    step("create", StepNature::Create, first),
                    step("complete", StepNature::Converge, Payload::Update { id: None, wanted: rest }),
                ]
            }
            (Some(current), several) => {
                let update = |name, keep: &dyn Fn(FieldId) -> bool| {
                    let wanted = part(wanted, |field| write.changed.contains(&field) && keep(field));
                    let id = Some(current.record.id().to_owned());
                    step(name, StepNature::Converge, Payload::Update { id, wanted })
                };
                let of_bank = |field| several && bank(field, &state.mapping);
                let mut steps = vec![update("update", &|field| !of_bank(field)), update("update_bank", &of_bank)];
                steps.retain(|step| !step.fields.is_empty());
                steps
            }
        };
        Ok(steps.into())
    }

    fn expected_calls(&self, changed: Option<&[FieldId]>) -> u32 {
        let state = self.state();
        match changed {
            Some(fields) if state.several_steps && fields.iter().any(|field| bank(*field, &state.mapping)) => 2,
            None if state.several_steps => 2,
            _ => 1,
        }
    }

    async fn run(&self, step: &Step, memory: &Memory) -> Result<StepDone> {
        let Some(payload) = step.payload.get::<Payload>() else {
            return Err(Error::new(ErrorKind::Unexpected, "a step of another connector").with_outcome(Outcome::NotSent));
        };
        yield_now().await;
        let mut state = self.state();
        let (kind, id) = match payload {
            Payload::Create(_) => (CallKind::Create, None),
            Payload::Update { id, .. } => (CallKind::Update, id.as_deref()),
        };
        if let Some((error, fate)) = state.called(kind, id, &step.fields) {
            match fate {
                Fate::Dropped => {}
                Fate::Applied => drop(state.carry_out(payload)),
                Fate::Late => state.late.push(payload.clone()),
            }
            return Err(error);
        }
        let id = state.carry_out(payload)?;
        let created = (kind == CallKind::Create && state.returns_ids).then(|| VendorId::new(id));
        let taught = state.teaches.take().map(|taught| Memory(memory.0.clone().into_iter().chain(taught.0).collect()));
        Ok(StepDone { created, memory: taught, ..StepDone::default() })
    }

    async fn settle(&self, intent: &Unsettled<'_>) -> Result<Settled> {
        yield_now().await;
        let mut state = self.state();
        if let Some((error, _)) = state.called(CallKind::Settle, intent.vendor_id.map(VendorId::as_str), &[]) {
            return Err(error);
        }
        if let Some(answer) = &state.settles {
            return Ok(answer.clone());
        }
        let Some(wanted) = intent.wanted else { return Ok(Settled::Ambiguous) };
        if !matches!(wanted.cell(field::NATIONAL_ID), Cell::Value(_)) {
            return Ok(Settled::Ambiguous);
        }
        let mut found = state.by_identity(wanted);
        Ok(match (found.next(), found.next()) {
            (None, _) => Settled::NotApplied,
            (Some(one), None) => {
                Settled::Applied(StepDone { created: Some(VendorId::new(one.id())), ..StepDone::default() })
            }
            (Some(_), Some(_)) => Settled::Ambiguous,
        })
    }
}
