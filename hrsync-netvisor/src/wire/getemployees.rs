//! `getemployees.nv`: everybody, in short. It has neither paging nor a change filter. \[doc\]

use std::collections::HashSet;

use bytes::Bytes;
use url::Url;

use super::Resource;
use super::envelope::{Unreadable, read_answer};
use super::keys::EmployeeKey;
use super::record::{leaf, read_record};
use super::request::get;
use super::xml::{Tag, XmlReader, utf8};

/// Who is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ended {
    /// Everybody, also those whose employment has ended. Whoever matches people asks for this: an ended person who is not
    /// listed would be added a second time.
    Included,
    /// Only those who are employed now.
    LeftOut,
}

read_record! {
    /// One person in the list. `Debug` shows the key only. \[doc, client\]
    pub struct EmployeeSummary {
        shown {
            /// Element `netvisorkey`.
            key: EmployeeKey,
        }
        hidden {
            /// Attribute `type` of `personalid`: `finnishidentifier`, `foreignidentifier` or `companyidentifier`.
            personal_id_type: Option<String>,
        }
        elements {
            /// The number the company gave the person; often empty.
            employee_number = "employeenumber",
            /// The identity number.
            personal_id = "personalid",
            /// Given names.
            first_name = "firstname",
            /// Family name.
            last_name = "lastname",
            /// Family name and given names in one. \[client\]
            real_name = "realname",
            /// `1` for somebody who is employed now, else `0`.
            employment_status = "employmentstatus",
            /// `1` when the paid payroll service is on, else `0`.
            payroll_service = "payrollservice",
            /// `1` when travel expenses are on, else `0`.
            resource_management = "resourcemanagement",
            /// `1` when the lunch benefit is on, else `0`. \[client\]
            lunch_benefit = "lunchbenefit",
        }
    }
}

/// Why an entry of the list could not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EntryProblem {
    /// The entry has no usable `netvisorkey`, so nothing can refer to the person.
    NoKey {
        /// Place in the list, from 1.
        position: usize,
    },
    /// The entry has a `netvisorkey` that an earlier one has.
    RepeatedKey {
        /// Place in the list, from 1.
        position: usize,
        /// The key.
        key: EmployeeKey,
    },
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Employees {
    /// The people, in the vendor's order.
    pub employees: Vec<EmployeeSummary>,
    /// Entries that are not among them. While there are any, nobody's absence from the list proves anything.
    pub problems: Vec<EntryProblem>,
}

/// Asks for the list.
///
/// # Errors
/// Fails when no request can be built from the base address.
pub fn request(base: &Url, ended: Ended) -> hrsync_core::Result<http::Request<Bytes>> {
    let included = match ended {
        Ended::Included => "1",
        Ended::LeftOut => "0",
    };
    get(base, Resource::GetEmployees, &[("includeendedemployments", included)])
}

/// Reads the list. One unusable entry is reported and does not lose the others.
///
/// # Errors
/// Fails with the vendor's reason, or when the answer cannot be read to its end: a list that is not complete is no list.
pub fn decode(body: &[u8]) -> hrsync_core::Result<Employees> {
    let body = utf8(body);
    let mut list = None;
    let mut seen = HashSet::new();
    read_answer(Resource::GetEmployees, &body, |xml, tag| {
        if tag.is("employees") { read_list(xml, tag, list.get_or_insert_default(), &mut seen) } else { xml.skip(tag) }
    })?;
    list.ok_or_else(|| Unreadable::Missing("employees").into_error(Resource::GetEmployees))
}

fn read_list<'a>(
    xml: &mut XmlReader<'a>,
    list: &Tag<'a>,
    found: &mut Employees,
    seen: &mut HashSet<EmployeeKey>,
) -> Result<(), Unreadable> {
    let mut position = 0;
    while let Some(tag) = xml.child(list)? {
        if !tag.is("employee") {
            xml.skip(&tag)?;
            continue;
        }
        position += 1;
        match read_entry(xml, &tag)? {
            None => found.problems.push(EntryProblem::NoKey { position }),
            Some(employee) if seen.insert(employee.key) => found.employees.push(employee),
            Some(employee) => found.problems.push(EntryProblem::RepeatedKey { position, key: employee.key }),
        }
    }
    Ok(())
}

fn read_entry<'a>(xml: &mut XmlReader<'a>, entry: &Tag<'a>) -> Result<Option<EmployeeSummary>, Unreadable> {
    let mut employee = EmployeeSummary::default();
    let mut key = None;
    while let Some(tag) = xml.child(entry)? {
        if tag.is("netvisorkey") {
            key = xml.parsed(&tag)?;
            continue;
        }
        if tag.is("personalid") {
            employee.personal_id_type = tag.attribute("type");
        }
        leaf(xml, &tag, &mut employee)?;
    }
    Ok(key.map(|key| EmployeeSummary { key, ..employee }))
}
