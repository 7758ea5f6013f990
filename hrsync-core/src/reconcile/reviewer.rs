//! Reviewing: both rosters are matched and compared. It writes nothing.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use super::baseline::Verdict;
use super::compare::{DifferenceKind, Judgement, plainly_agree};
use super::employment::meeting;
use super::entries::{Unit, units};
use super::findings;
use super::fingerprint::{Canonical, Fingerprinter};
use super::link::{Link, LinkKind, LinkState, Pairs};
use super::rehire;
use super::resolution::{Resolution, Taken, WhyNot, enterable, host_wins, vendor_wins};
use super::review::{
    Agreeing, Choice, Context, Counts, Difference, Pairing, Prints, Recognised, Review, ReviewInput, Roster, Tie,
    Unmatched, untouched,
};
use super::together::Compared;
use crate::finding::Finding;
use crate::keys::KeyRing;
use crate::mapping::{Asked, Convert, FieldMapping, Mapping};
use crate::matching::{Index, LinkedBy, Matching, Places, Sides, are_two_people, match_free};
use crate::model::{Cell, ConnectionId, FieldId, HostId, Record, Side, Value, VendorId};

/// The places of the two records of a link, in little room: a million people have a million of them.
#[derive(Clone, Copy)]
struct Tied([u32; 2]);

impl Tied {
    const NOWHERE: u32 = u32::MAX;

    fn new(host: Option<usize>, vendor: Option<usize>) -> Self {
        Self([host, vendor].map(|place| place.map_or(Self::NOWHERE, |place| place as u32)))
    }

    fn host(self) -> Option<usize> {
        (self.0[0] != Self::NOWHERE).then_some(self.0[0] as usize)
    }

    fn vendor(self) -> Option<usize> {
        (self.0[1] != Self::NOWHERE).then_some(self.0[1] as usize)
    }
}

/// Matches and compares both rosters.
pub fn review(input: ReviewInput<'_>) -> Review {
    let ReviewInput { connection, mapping, host, mut vendor, links, apart, keys, as_of } = input;
    let mut sides = Sides {
        host: &host.records,
        vendor: &vendor.records,
        host_free: vec![true; host.records.len()],
        vendor_free: vec![true; vendor.records.len()],
        apart: &apart,
    };
    let places = {
        let (host_places, vendor_places) = (Places::new(&host.records), Places::new(&vendor.records));
        let found = |link: &Link| {
            let host = host_places.get(&host.records, link.host.as_str());
            Tied::new(host, vendor_places.get(&vendor.records, link.vendor.as_str()))
        };
        links.iter().map(found).collect::<Vec<_>>()
    };
    for tied in &places {
        tied.host().into_iter().for_each(|place| sides.host_free[place] = false);
        tied.vendor().into_iter().for_each(|place| sides.vendor_free[place] = false);
    }
    let Matching { matches, mut candidates } = match_free(&mut sides);
    let Sides { host_free, vendor_free, .. } = sides;
    let (mut prints, revision) = (Prints::new(keys, connection), mapping.revision());
    let linked = links.iter().zip(&places).map(|(link, tied)| (Some(link), tied.host(), tied.vendor()));
    let recognised = matches.iter().map(|found| (None, Some(found.host), Some(found.vendor)));
    let meant = linked.chain(recognised).filter_map(|(link, at, place)| {
        let sides = (host.records.get(at?)?, vendor.records.get(place?)?);
        Some((place?, meeting(&mapping, revision, &mut prints, link, sides, as_of)?))
    });
    let meant: Vec<(usize, Record)> = meant.collect();
    if !meant.is_empty() {
        let records = &mut Arc::make_mut(&mut vendor).records;
        for (place, record) in meant {
            records[place] = record;
        }
    }
    let mut work = Work {
        prints,
        revision,
        taken: TakenIn::new(&mapping, &host.records, &vendor.records),
        mapping: &mapping,
        host: &host.records,
        vendor: &vendor.records,
        forms: Canonical::default(),
        differences: Vec::new(),
        findings: Vec::new(),
        people: Vec::new(),
        agreeing: Vec::with_capacity(links.len()),
    };
    // A list without anybody, of a side that had linked people, is not believed.
    let emptied =
        |roster: &Roster| roster.records.is_empty() && links.iter().any(|link| link.state == LinkState::Linked);
    let full = host.coverage.is_full() && vendor.coverage.is_full() && !emptied(&host) && !emptied(&vendor);
    if !full {
        work.findings.push(findings::incomplete_roster());
    }
    let (all_of_host, all_of_vendor) = (host.everybody(), vendor.everybody());
    let mut counts = Counts { host: host.records.len(), vendor: vendor.records.len(), ..Counts::default() };
    // People are counted once: who differs in a further record is not in step.
    let mut in_step = HashSet::new();
    let several = links.iter().any(|link| link.kind == LinkKind::Further);
    let of_kind = |kind| links.iter().enumerate().filter(move |(_, link)| link.kind == kind);
    for (place, link) in of_kind(LinkKind::First).chain(of_kind(LinkKind::Further)) {
        if link.state != LinkState::Linked {
            continue;
        }
        let first = link.kind == LinkKind::First;
        counts.linked += usize::from(first);
        match (places[place].host(), places[place].vendor()) {
            (Some(host), Some(vendor)) => {
                let even = work.linked(host, vendor, place, link);
                if first {
                    counts.in_step += usize::from(even);
                    if several && even {
                        in_step.insert(host);
                    }
                } else if !even && in_step.remove(&host) {
                    counts.in_step -= 1;
                }
            }
            // Said of the first link.
            (None, _) if !first => {}
            (None, _) => {
                work.findings.extend(all_of_host.map(|everybody| findings::gone_from(everybody, link, Side::Host)));
            }
            (_, None) => {
                let gone = all_of_vendor.map(|everybody| findings::gone_from(everybody, link, Side::Vendor));
                work.findings.extend(gone);
            }
        }
    }
    rehire::recognise(&mut candidates, &links, &host, &vendor);
    let recognised = matches
        .iter()
        .map(|found| {
            work.recognised(found.host, found.vendor, found.by);
            Recognised {
                host: HostId::new(host.records[found.host].id()),
                vendor: VendorId::new(vendor.records[found.vendor].id()),
                by: found.by,
                evidence: found.evidence.clone(),
            }
        })
        .collect();
    for candidate in &candidates {
        work.findings.push(findings::ambiguous(candidate));
    }
    let disputed_host: HashSet<&HostId> = candidates.iter().map(|candidate| &candidate.host).collect();
    let disputed_vendor: HashSet<&VendorId> = candidates.iter().map(|candidate| &candidate.vendor).collect();
    let only_in_host: Vec<Unmatched<HostId>> = free(&host_free)
        .map(|place| (place, HostId::new(host.records[place].id())))
        .filter(|(_, id)| !disputed_host.contains(id))
        .map(|(place, id)| Unmatched {
            blockers: if full { work.cannot_create_in_vendor(place, &id) } else { vec![findings::incomplete_roster()] },
            id,
            place,
        })
        .collect();
    let only_in_vendor = free(&vendor_free)
        .map(|place| (place, VendorId::new(vendor.records[place].id())))
        .filter(|(_, id)| !disputed_vendor.contains(id))
        .map(|(place, id)| Unmatched {
            blockers: match full {
                true => work.cannot_create_in_host(place, &id, &vendor_free),
                false => vec![findings::incomplete_roster()],
            },
            id,
            place,
        })
        .collect();
    work.duplicates();
    work.unreadable();
    for person in &only_in_host {
        let record = &host.records[person.place];
        work.findings.extend(findings::unreadable_in_host(&mapping, record, &person.id));
    }
    let Work { differences, mut findings, people, agreeing, .. } = work;
    without_repetition(&mut findings, &only_in_host);
    Review {
        differences,
        recognised,
        only_in_host,
        only_in_vendor,
        candidates,
        findings,
        counts,
        context: Context {
            connection: connection.clone(),
            mapping,
            host,
            vendor,
            links,
            people,
            agreeing,
            host_places: OnceLock::new(),
            vendor_places: OnceLock::new(),
        },
    }
}

/// Drops findings that stand among the blockers of a person already.
fn without_repetition(findings: &mut Vec<Finding>, only_in_host: &[Unmatched<HostId>]) {
    let blocked: HashSet<_> = only_in_host
        .iter()
        .flat_map(|person| &person.blockers)
        // What is not about this person alone has to be said once.
        .filter(|finding| finding.host_id.is_some())
        .map(|finding| (finding.code.clone(), finding.host_id.clone(), finding.field))
        .collect();
    findings.retain(|finding| !blocked.contains(&(finding.code.clone(), finding.host_id.clone(), finding.field)));
}

fn free(flags: &[bool]) -> impl Iterator<Item = usize> + '_ {
    flags.iter().enumerate().filter(|(_, free)| **free).map(|(place, _)| place)
}

struct Work<'a> {
    prints: Prints<'a>,
    revision: u64,
    taken: TakenIn<'a>,
    mapping: &'a Mapping,
    host: &'a [Record],
    vendor: &'a [Record],
    forms: Canonical,
    differences: Vec<Difference>,
    findings: Vec<Finding>,
    people: Vec<Pairing>,
    agreeing: Vec<Agreeing>,
}

impl Work<'_> {
    /// Compares a linked person; true when there is nothing to tell.
    fn linked(&mut self, host: usize, vendor: usize, place: usize, link: &Link) -> bool {
        if plainly_agree(self.mapping, &self.host[host], &self.vendor[vendor]) {
            self.agreeing.push(Agreeing { host: host as u32, vendor: vendor as u32, link: place as u32 });
            return true;
        }
        self.forms.fill(self.mapping, &self.host[host], &self.vendor[vendor]);
        if untouched(&mut self.prints, link, self.revision, &self.forms) {
            return true;
        }
        let baseline = self.prints.open(link, self.mapping, self.revision);
        let from = self.differences.len();
        self.fields(host, vendor, baseline.as_ref(), link.kind);
        let differences = from..self.differences.len();
        let in_step = differences.is_empty();
        self.people.push(Pairing { host, vendor, tie: Tie::Link(place), differences });
        in_step
    }

    /// Compares a person recognised now.
    fn recognised(&mut self, host: usize, vendor: usize, by: LinkedBy) {
        let from = self.differences.len();
        self.fields(host, vendor, None, LinkKind::First);
        self.people.push(Pairing { host, vendor, tie: Tie::New(by), differences: from..self.differences.len() });
    }

    fn fields(
        &mut self,
        host_place: usize,
        vendor_place: usize,
        baseline: Option<&(Fingerprinter, Pairs)>,
        record: LinkKind,
    ) {
        let (host, vendor) = (&self.host[host_place], &self.vendor[vendor_place]);
        let (host_id, vendor_id) = (HostId::new(host.id()), VendorId::new(vendor.id()));
        let others = Others { all: &self.taken, host: host_place, vendor: vendor_place };
        let (prints, pairs) = baseline.map_or((&self.prints.current, None), |(prints, pairs)| (prints, Some(pairs)));
        let compared = Compared::new(self.mapping, prints, &host_id, (host, vendor), pairs);
        if are_two_people(host, vendor) {
            self.findings.push(findings::other_person(&host_id, &vendor_id));
        }
        if compared.left_behind {
            self.findings.push(findings::left_behind(&host_id, &vendor_id));
        }
        for (place, entry) in self.mapping.entries().iter().enumerate() {
            match compared.judged(place) {
                Judgement::Unknown | Judgement::Agreed => {}
                Judgement::Rendered => self.findings.push(findings::rendered(&host_id, &vendor_id, entry.field)),
                Judgement::Differs(kind) => {
                    let difference =
                        difference(self.mapping, entry, (&host_id, host), (&vendor_id, vendor), kind, &others)
                            .of_record(record)
                            .decided_with(compared.decided_with(entry));
                    self.findings.extend(finding_of(entry, &difference));
                    self.differences.push(difference);
                }
            }
        }
        for unit in units(self.mapping, prints, pairs, &host_id, (host, vendor)) {
            let entry = &self.mapping.entries()[unit.place];
            let judged = unit.judge(prints, &host_id, entry);
            let tell = |kind| {
                let ids = (&host_id, &vendor_id);
                entry_difference(self.mapping, &unit, ids, kind, &others, &self.prints.current).of_record(record)
            };
            match judged {
                Judgement::Unknown | Judgement::Agreed => {}
                Judgement::Rendered => {
                    let difference = tell(DifferenceKind::Left);
                    self.findings.push(difference.name_in(findings::rendered(&host_id, &vendor_id, entry.field)));
                }
                Judgement::Differs(kind) => {
                    let difference = tell(kind);
                    self.findings.extend(finding_of(entry, &difference));
                    self.differences.push(difference);
                }
            }
        }
    }

    /// Reports values that must be unique on a side and are not.
    fn duplicates(&mut self) {
        for entry in self.mapping.entries() {
            for side in entry.unique_in {
                let Some(unique) = self.taken.unique(*side, entry.field) else { continue };
                let records = if *side == Side::Host { self.host } else { self.vendor };
                for group in unique.duplicates() {
                    let findings = group
                        .iter()
                        .map(|place| findings::duplicate(*side, records[*place].id(), entry.field, group.len()));
                    self.findings.extend(findings);
                }
            }
        }
    }

    /// Reports values of the vendor that cannot be read, also by the host's id where the person has one.
    fn unreadable(&mut self) {
        let hosts: HashMap<usize, usize> = self.people.iter().map(|pairing| (pairing.vendor, pairing.host)).collect();
        for (place, record) in self.vendor.iter().enumerate() {
            for entry in self.mapping.entries() {
                if let Cell::AsGiven(given) = record.cell(entry.field) {
                    let host = hosts.get(&place).map(|host| HostId::new(self.host[*host].id()));
                    let id = VendorId::new(record.id());
                    self.findings.push(findings::unreadable(host.as_ref(), &id, entry, given.problem()));
                }
            }
        }
    }

    fn cannot_create_in_vendor(&self, place: usize, id: &HostId) -> Vec<Finding> {
        let others = Others { all: &self.taken, host: place, vendor: usize::MAX };
        findings::cannot_create_in_vendor(self.mapping, &self.host[place], id, &others)
    }

    fn cannot_create_in_host(&self, place: usize, id: &VendorId, vendor_free: &[bool]) -> Vec<Finding> {
        let others = || Others { all: &self.taken, host: usize::MAX, vendor: place };
        let free = FreeOthers { others: others(), vendor_free };
        findings::cannot_create_in_host(self.mapping, &self.vendor[place], id, &others(), &free)
    }
}

/// The finding that goes with a difference. People who share what must be unique in the host are told of it with everybody who has it.
fn finding_of(entry: &FieldMapping, difference: &Difference) -> Option<Finding> {
    let shared = entry.unique_in.contains(&Side::Host)
        && difference.kind != DifferenceKind::VendorChanged
        && difference.why_not(Resolution::Host) == Some(&WhyNot::Duplicate(Side::Host));
    findings::of_difference(difference).filter(|_| !shared)
}

pub(crate) fn difference(
    mapping: &Mapping,
    entry: &FieldMapping,
    (host_id, host): (&HostId, &Record),
    (vendor_id, vendor): (&VendorId, &Record),
    kind: DifferenceKind,
    taken: &dyn Taken,
) -> Difference {
    let two_people = are_two_people(host, vendor);
    let unread = unread_list(entry, host, vendor);
    let choice = |resolution| {
        let possible = match resolution {
            Resolution::Host | Resolution::Vendor | Resolution::Enter if two_people => Err(WhyNot::OtherPerson),
            Resolution::Host | Resolution::Vendor if unread.is_some() => unread.clone().map_or(Ok(()), Err),
            Resolution::Enter if entry.kind().list().is_some() => Err(WhyNot::List),
            Resolution::Host => host_wins(mapping, entry, host, vendor, taken),
            Resolution::Vendor => vendor_wins(mapping, entry, vendor, taken),
            Resolution::Enter => enterable(entry),
            Resolution::Leave => Ok(()),
        };
        Choice { resolution, why_not: possible.err() }
    };
    Difference {
        host_id: host_id.clone(),
        vendor_id: vendor_id.clone(),
        field: entry.field,
        entry: None,
        key: None,
        kind,
        record: LinkKind::First,
        group: entry.group.map(|group| group.name),
        choices: Resolution::ALL.into_iter().map(choice).collect(),
        host: match (host.cell(entry.field), entry.ask(host)) {
            // A value worked out from another field is what a person decides about.
            (Cell::Empty, Asked::Value(derived)) => Cell::Value(derived),
            (cell, _) => cell.clone(),
        },
        vendor: vendor.cell(entry.field).clone(),
    }
}

/// Why a list is not written on either side while one of them cannot be read: what is in it would be lost.
fn unread_list(entry: &FieldMapping, host: &Record, vendor: &Record) -> Option<WhyNot> {
    entry.kind().list()?;
    match (host.cell(entry.field), vendor.cell(entry.field)) {
        (Cell::AsGiven(given), _) => Some(WhyNot::Invalid(given.problem())),
        (_, Cell::AsGiven(given)) => Some(WhyNot::Unreadable(given.problem())),
        _ => None,
    }
}

/// The difference of an entry of a list.
pub(crate) fn entry_difference(
    mapping: &Mapping,
    unit: &Unit,
    (host_id, vendor_id): (&HostId, &VendorId),
    kind: DifferenceKind,
    taken: &dyn Taken,
    current: &Fingerprinter,
) -> Difference {
    let entry = &mapping.entries()[unit.place];
    let difference = difference(mapping, entry, (host_id, &unit.host), (vendor_id, &unit.vendor), kind, taken);
    let print = current.entry(host_id, entry.field, &unit.key);
    Difference { entry: Some(print), key: Some(unit.key.clone()), ..difference }
}

/// Who has which value of the fields that must be unique.
struct TakenIn<'r>(Vec<Unique<'r>>);

/// A field that must be unique among the people of one side.
struct Unique<'r> {
    side: Side,
    records: &'r [Record],
    field: FieldId,
    /// The form in which values are compared.
    form: Convert,
    /// Made when somebody asks who has a value.
    index: OnceCell<Index<'r>>,
}

impl<'r> Unique<'r> {
    fn make(&self) -> Index<'r> {
        Index::in_form(self.records, self.field, self.form)
    }

    /// See [`Index::find`].
    fn find<'s>(&'s self, value: &'s Value) -> impl Iterator<Item = usize> + 's {
        self.index.get_or_init(|| self.make()).find(value)
    }

    /// See [`Index::duplicates`]. An index that nobody asked for is not kept.
    fn duplicates(&self) -> Vec<Vec<usize>> {
        self.index.get().map_or_else(|| self.make().duplicates(), Index::duplicates)
    }
}

impl<'r> TakenIn<'r> {
    fn new(mapping: &Mapping, host: &'r [Record], vendor: &'r [Record]) -> Self {
        let of = |side: Side, records: &'r [Record]| {
            // What must be unique on one side must not come twice from the other either.
            let wanted = |entry: &&FieldMapping| !entry.unique_in.is_empty();
            let form = move |entry: &FieldMapping| match (side, entry.convert) {
                // People of the host share a number also when one of them has it without its country.
                (Side::Host, form @ Convert::Phone { .. }) => form,
                _ => Convert::Same,
            };
            mapping.entries().iter().filter(wanted).map(move |entry| Unique {
                side,
                records,
                field: entry.field,
                form: form(entry),
                index: OnceCell::new(),
            })
        };
        Self(of(Side::Host, host).chain(of(Side::Vendor, vendor)).collect())
    }

    fn unique(&self, side: Side, field: FieldId) -> Option<&Unique<'r>> {
        self.0.iter().find(|unique| unique.side == side && unique.field == field)
    }
}

/// Everybody but the person at hand.
struct Others<'t, 'r> {
    all: &'t TakenIn<'r>,
    host: usize,
    vendor: usize,
}

impl Taken for Others<'_, '_> {
    fn taken(&self, side: Side, field: FieldId, value: &Value) -> bool {
        let own = if side == Side::Host { self.host } else { self.vendor };
        self.all.unique(side, field).is_some_and(|unique| unique.find(value).any(|place| place != own))
    }
}

/// Those of them in the vendor whom nobody is linked with.
struct FreeOthers<'t, 'r> {
    others: Others<'t, 'r>,
    vendor_free: &'t [bool],
}

impl Taken for FreeOthers<'_, '_> {
    fn taken(&self, side: Side, field: FieldId, value: &Value) -> bool {
        let Others { all, vendor, .. } = self.others;
        let is_free = |place: &usize| *place != vendor && self.vendor_free.get(*place) == Some(&true);
        side == Side::Vendor && all.unique(side, field).is_some_and(|unique| unique.find(value).any(|at| is_free(&at)))
    }
}

/// Links for people who agree on both sides, pairwise in the order of the rosters, with everything settled: what an engine
/// has stored after a first synchronisation. For measuring and for tests of hosts.
pub fn settled_links(
    connection: &ConnectionId,
    mapping: &Mapping,
    host: &Roster,
    vendor: &Roster,
    keys: &dyn KeyRing,
) -> Vec<Link> {
    let mut prints = Prints::new(keys, connection);
    let revision = mapping.revision();
    let pairs = host.records.iter().zip(&vendor.records);
    pairs
        .map(|(host, vendor)| {
            let mut link = Link::new(HostId::new(host.id()), VendorId::new(vendor.id()));
            let sides = (host, vendor);
            link.baseline =
                super::baseline::make(mapping, revision, &mut prints, &link.host, sides, None, |_, _| Verdict::Settled);
            link
        })
        .collect()
}
