//! What the engine works on: records of cells, and the typed view of an employee.

mod employee;
mod ids;
mod list;
mod record;
mod schema;
mod timeline;
mod value;

pub use employee::{Address, BankAccount, Employee, Employment, EmploymentType, Gender, Salary, WorkingTime};
pub(crate) use ids::is_usable;
pub use ids::{
    AbsenceId, AbsenceTypeId, ConnectionId, HostId, LONGEST_ID, OperationId, RunId, Side, VendorAbsenceTypeId,
    VendorEntryId, VendorId,
};
pub use list::{Entry, List, ListDef, Part};
pub use record::{AsGiven, Cell, Record};
pub use schema::{FieldClass, FieldDef, FieldId, FieldKind, Schema, UnknownField, field};
pub use timeline::{Dated, Moved, Timeline};
pub use value::{Text, Value};
