//! The vocabulary of the tables in `models`: kinds of objects, their fields, and what a field may hold.

use serde_json::{Map, Value, json};

use super::models::MODELS;

/// A kind of object of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A person, a contact or the shadow of an employee token.
    Employee,
    /// An employment of a person.
    Employment,
    /// A dated row of an employment: percentage, salary, form.
    EmploymentDetails,
    /// A code of the Norwegian register of occupations.
    OccupationCode,
    /// A dated working-time standard of a person.
    StandardTime,
    /// A dated working-time standard of the company.
    CompanyStandardTime,
    /// A right of an employee.
    Entitlement,
    /// A dated hourly cost and rate of a person.
    HourlyCostAndRate,
    /// A department.
    Department,
    /// A business unit ("virksomhet").
    Division,
    /// A municipality.
    Municipality,
    /// A country.
    Country,
    /// What hours are registered on.
    Activity,
    /// A project.
    Project,
    /// Hours of a person on a day.
    TimesheetEntry,
    /// A month of a person: completed, approved.
    MonthlyStatus,
    /// An ISO week of a person: completed, approved.
    Week,
    /// A holiday of the company. It changes nothing about hours.
    CompanyHolidays,
    /// The time sheet settings of the company.
    TimesheetSettings,
    /// The company.
    Company,
    /// An address of a person.
    Address,
    /// A category of employees.
    EmployeeCategory,
    /// What is out of scope and only referred to.
    Other,
    /// A session.
    SessionToken,
    /// The token of an integration.
    ConsumerToken,
    /// The token of an employee for an integration.
    EmployeeToken,
    /// The body that asks for a session.
    PostSessionTokenBody,
    /// The answer to whoAmI.
    LoggedInUserInfo,
    /// A foreign identity number.
    InternationalId,
    /// Holiday allowance.
    HolidayAllowanceEarned,
    /// Ship and trade area of a maritime employment.
    MaritimeEmployment,
    /// Sums of a month's hours.
    HourSummary,
    /// Flex balance of a month.
    FlexSummary,
    /// Vacation of a month.
    VacationSummary,
}

impl Kind {
    pub(crate) fn model(self) -> &'static Model {
        // The tables have every kind, which a test holds them to.
        MODELS.iter().find(|model| model.kind == self).unwrap_or(&NO_MODEL)
    }
}

static NO_MODEL: Model = Model { kind: Kind::Other, name: "", path: "", owner: None, plain: true, fields: &[] };

/// A kind with its fields.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) kind: Kind,
    /// The name in the vendor's document.
    pub(crate) name: &'static str,
    /// The path of one object, without its id.
    pub(crate) path: &'static str,
    /// The field that says whose part an object is.
    pub(crate) owner: Option<&'static str>,
    /// Without id, version and url: not an object of its own.
    pub(crate) plain: bool,
    pub(crate) fields: &'static [Field],
}

impl Model {
    pub(crate) fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Whether `fields` and `sorting` may name it.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.field(name).is_some() || (!self.plain && ["id", "version", "url", "changes"].contains(&name))
    }

    /// What an object holds of which nothing was sent.
    pub(crate) fn unset(&self) -> impl Iterator<Item = (&'static str, Value)> {
        self.fields.iter().filter(|field| !matches!(field.shape, Shape::Rows(..))).map(|f| (f.name, f.unset()))
    }
}

/// What a field may hold.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    /// A text of that length in characters.
    Text(usize, usize),
    /// A day.
    Date,
    /// A number.
    Decimal,
    /// A whole number.
    Whole,
    Flag,
    /// One of these names.
    Choice(&'static [&'static str]),
    /// Another object, by its id.
    Reference(Kind),
    /// An object of its own that is written together with this one.
    Own(Kind),
    /// The objects whose owner this one is.
    Rows(Kind),
    /// An object without an id.
    Part(Kind),
}

/// Who may write and read a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Open,
    /// Ignored when it is written.
    ReadOnly,
    /// Null when it is read.
    WriteOnly,
    /// Not among what `*` shows.
    OnDemand,
}

/// What the first look at a body demands of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Demand {
    Nothing,
    /// Not null.
    Present,
    /// Not null and not empty, which are two complaints.
    Filled,
    /// Null or not empty, as of a business unit's name.
    NotEmpty,
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) access: Access,
    pub(crate) demand: Demand,
    /// Held when nothing was sent, if it is not what the shape says.
    initial: Option<Initial>,
}

#[derive(Debug, Clone, Copy)]
enum Initial {
    Null,
    Name(&'static str),
    True,
}

impl Field {
    pub(crate) const fn required(mut self) -> Self {
        self.demand = Demand::Present;
        self
    }

    pub(crate) const fn filled(mut self) -> Self {
        self.demand = Demand::Filled;
        self
    }

    pub(crate) const fn not_empty(mut self) -> Self {
        self.demand = Demand::NotEmpty;
        self
    }

    pub(crate) const fn read_only(mut self) -> Self {
        self.access = Access::ReadOnly;
        self
    }

    pub(crate) const fn write_only(mut self) -> Self {
        self.access = Access::WriteOnly;
        self
    }

    pub(crate) const fn on_demand(mut self) -> Self {
        self.access = Access::OnDemand;
        self
    }

    pub(crate) const fn null(mut self) -> Self {
        self.initial = Some(Initial::Null);
        self
    }

    pub(crate) const fn yes(mut self) -> Self {
        self.initial = Some(Initial::True);
        self
    }

    pub(crate) const fn initially(mut self, name: &'static str) -> Self {
        self.initial = Some(Initial::Name(name));
        self
    }

    /// Unset texts are empty, unset numbers 0, unset dates and references null.
    pub(crate) fn unset(&self) -> Value {
        match (self.initial, self.shape) {
            (Some(Initial::Null), _) => Value::Null,
            (Some(Initial::True), _) => Value::Bool(true),
            (Some(Initial::Name(name)), _) => name.into(),
            (None, Shape::Text(..)) => "".into(),
            (None, Shape::Decimal) => json!(0.0),
            (None, Shape::Whole) => json!(0),
            (None, Shape::Flag) => Value::Bool(false),
            (None, Shape::Rows(_)) => Value::Array(Vec::new()),
            (None, Shape::Part(kind)) => {
                Value::Object(kind.model().unset().map(|(name, value)| (name.into(), value)).collect::<Map<_, _>>())
            }
            (None, Shape::Date | Shape::Choice(_) | Shape::Reference(_) | Shape::Own(_)) => Value::Null,
        }
    }
}

pub(crate) const fn field(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, access: Access::Open, demand: Demand::Nothing, initial: None }
}

/// A text of at most that many characters.
pub(crate) const fn text(name: &'static str, max: usize) -> Field {
    field(name, Shape::Text(0, max))
}

pub(crate) const fn date(name: &'static str) -> Field {
    field(name, Shape::Date)
}

pub(crate) const fn decimal(name: &'static str) -> Field {
    field(name, Shape::Decimal)
}

pub(crate) const fn whole(name: &'static str) -> Field {
    field(name, Shape::Whole)
}

pub(crate) const fn flag(name: &'static str) -> Field {
    field(name, Shape::Flag)
}

pub(crate) const fn choice(name: &'static str, names: &'static [&'static str]) -> Field {
    field(name, Shape::Choice(names))
}

pub(crate) const fn reference(name: &'static str, kind: Kind) -> Field {
    field(name, Shape::Reference(kind))
}

pub(crate) const fn rows(name: &'static str, kind: Kind) -> Field {
    field(name, Shape::Rows(kind))
}

pub(crate) const fn part(name: &'static str, kind: Kind) -> Field {
    field(name, Shape::Part(kind))
}
