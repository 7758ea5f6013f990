//! The objects in scope, field by field, from the vendor's OpenAPI document 2.74.00; limits and what is required from the
//! Swagger document 2.71.19, the last one that has them.

use super::model::{Field, Kind, Model, Shape, choice, date, decimal, field, flag, part, reference, rows, text, whole};

/// Texts without a limit of their own.
const LONG: usize = 16_777_215;

const fn model(kind: Kind, name: &'static str, path: &'static str, fields: &'static [Field]) -> Model {
    Model { kind, name, path, owner: None, plain: false, fields }
}

const fn owned(model: Model, owner: &'static str) -> Model {
    Model { owner: Some(owner), ..model }
}

const fn plain(kind: Kind, name: &'static str, fields: &'static [Field]) -> Model {
    Model { kind, name, path: "", owner: None, plain: true, fields }
}

pub(crate) static USER_TYPES: &[&str] = &["STANDARD", "EXTENDED", "NO_ACCESS"];

pub(crate) static MODELS: &[Model] = &[
    model(
        Kind::Employee,
        "Employee",
        "employee",
        &[
            field("firstName", Shape::Text(1, 100)).required(),
            field("lastName", Shape::Text(1, 100)).required(),
            text("displayName", 255).read_only(),
            text("employeeNumber", 100),
            date("dateOfBirth"),
            text("email", 100),
            reference("phoneNumberMobileCountry", Kind::Country),
            text("phoneNumberMobile", 100),
            text("phoneNumberHome", 100),
            text("phoneNumberWork", 100),
            text("nationalIdentityNumber", 100),
            text("dnumber", 11),
            part("internationalId", Kind::InternationalId),
            text("bankAccountNumber", 100),
            text("iban", LONG),
            text("bic", LONG),
            whole("creditorBankCountryId"),
            flag("usesAbroadPayment"),
            choice("userType", USER_TYPES).write_only(),
            flag("allowInformationRegistration").yes().read_only(),
            flag("isContact"),
            flag("isProxy").read_only(),
            text("comments", LONG),
            field("address", Shape::Own(Kind::Address)),
            reference("department", Kind::Department),
            rows("employments", Kind::Employment),
            part("holidayAllowanceEarned", Kind::HolidayAllowanceEarned),
            reference("employeeCategory", Kind::EmployeeCategory),
            flag("isAuthProjectOverviewURL").yes().read_only(),
            whole("pictureId").read_only(),
            whole("companyId").read_only(),
            flag("vismaConnect2FAactive").read_only(),
        ],
    ),
    owned(
        model(
            Kind::Employment,
            "Employment",
            "employee/employment",
            &[
                reference("employee", Kind::Employee),
                text("employmentId", 255),
                date("startDate").required(),
                date("endDate"),
                choice(
                    "employmentEndReason",
                    &[
                        "EMPLOYMENT_END_EXPIRED",
                        "EMPLOYMENT_END_EMPLOYEE",
                        "EMPLOYMENT_END_EMPLOYER",
                        "EMPLOYMENT_END_WRONGLY_REPORTED",
                        "EMPLOYMENT_END_SYSTEM_OR_ACCOUNTANT_CHANGE",
                        "EMPLOYMENT_END_INTERNAL_CHANGE",
                    ],
                ),
                reference("division", Kind::Division),
                date("lastSalaryChangeDate"),
                flag("noEmploymentRelationship"),
                flag("isMainEmployer").yes(),
                choice(
                    "taxDeductionCode",
                    &[
                        "loennFraHovedarbeidsgiver",
                        "loennFraBiarbeidsgiver",
                        "pensjon",
                        "loennTilUtenrikstjenestemann",
                        "loennKunTrygdeavgiftTilUtenlandskBorger",
                        "loennKunTrygdeavgiftTilUtenlandskBorgerSomGrensegjenger",
                        "introduksjonsstoenad",
                        "ufoereytelserFraAndre",
                    ],
                ),
                rows("employmentDetails", Kind::EmploymentDetails),
                flag("isRemoveAccessAtEmploymentEnded"),
                reference("latestSalary", Kind::EmploymentDetails).read_only(),
            ],
        ),
        "employee",
    ),
    owned(
        model(
            Kind::EmploymentDetails,
            "EmploymentDetails",
            "employee/employment/details",
            &[
                reference("employment", Kind::Employment),
                date("date"),
                choice("employmentType", &["ORDINARY", "MARITIME", "FREELANCE", "NOT_CHOSEN"]).initially("NOT_CHOSEN"),
                choice(
                    "employmentForm",
                    &[
                        "PERMANENT",
                        "TEMPORARY",
                        "PERMANENT_AND_HIRED_OUT",
                        "TEMPORARY_AND_HIRED_OUT",
                        "TEMPORARY_ON_CALL",
                        "NOT_CHOSEN",
                    ],
                )
                .initially("NOT_CHOSEN"),
                choice(
                    "remunerationType",
                    &["MONTHLY_WAGE", "HOURLY_WAGE", "COMMISION_PERCENTAGE", "FEE", "NOT_CHOSEN", "PIECEWORK_WAGE"],
                )
                .initially("NOT_CHOSEN"),
                choice(
                    "workingHoursScheme",
                    &[
                        "NOT_SHIFT",
                        "ROUND_THE_CLOCK",
                        "SHIFT_365",
                        "OFFSHORE_336",
                        "CONTINUOUS",
                        "OTHER_SHIFT",
                        "NOT_CHOSEN",
                    ],
                )
                .initially("NOT_CHOSEN"),
                part("maritimeEmployment", Kind::MaritimeEmployment).null().on_demand(),
                decimal("shiftDurationHours"),
                reference("occupationCode", Kind::OccupationCode),
                decimal("percentageOfFullTimeEquivalent").required(),
                decimal("annualSalary"),
                decimal("hourlyWage"),
                reference("payrollTaxMunicipalityId", Kind::Municipality),
                decimal("monthlySalary").read_only(),
            ],
        ),
        "employment",
    ),
    model(
        Kind::OccupationCode,
        "OccupationCode",
        "employee/employment/occupationCode",
        &[text("nameNO", 100), text("code", 7)],
    ),
    owned(
        model(
            Kind::StandardTime,
            "StandardTime",
            "employee/standardTime",
            &[reference("employee", Kind::Employee), date("fromDate").required(), decimal("hoursPerDay").required()],
        ),
        "employee",
    ),
    model(
        Kind::CompanyStandardTime,
        "CompanyStandardTime",
        "salary/settings/standardTime",
        &[reference("company", Kind::Company), date("fromDate").required(), decimal("hoursPerDay").required()],
    ),
    owned(
        model(
            Kind::Entitlement,
            "Entitlement",
            "employee/entitlement",
            &[
                reference("employee", Kind::Employee),
                text("name", 255).read_only(),
                whole("entitlementId"),
                reference("customer", Kind::Company),
            ],
        ),
        "employee",
    ),
    owned(
        model(
            Kind::HourlyCostAndRate,
            "HourlyCostAndRate",
            "employee/hourlyCostAndRate",
            &[
                reference("employee", Kind::Employee),
                date("date"),
                decimal("rate"),
                decimal("budgetRate"),
                decimal("hourCostRate"),
            ],
        ),
        "employee",
    ),
    model(
        Kind::Department,
        "Department",
        "department",
        &[
            text("name", 255).filled(),
            text("departmentNumber", 100),
            reference("departmentManager", Kind::Employee),
            text("displayName", 255).read_only(),
            flag("isInactive"),
            whole("businessActivityTypeId").read_only(),
        ],
    ),
    model(
        Kind::Division,
        "Division",
        "division",
        &[
            text("displayName", 255),
            text("name", 255).not_empty(),
            date("startDate"),
            date("endDate"),
            text("organizationNumber", 100),
            date("municipalityDate"),
            reference("municipality", Kind::Municipality),
        ],
    ),
    model(
        Kind::Municipality,
        "Municipality",
        "municipality",
        &[
            text("number", 255).read_only(),
            text("name", 255).read_only(),
            text("county", 255).read_only(),
            text("payrollTaxZone", 255).read_only(),
            text("displayName", 255).read_only(),
        ],
    ),
    model(
        Kind::Country,
        "Country",
        "country",
        &[
            text("name", 255).read_only(),
            text("displayName", 255).read_only(),
            text("isoAlpha2Code", 2).read_only(),
            text("isoAlpha3Code", 3).read_only(),
            text("isoNumericCode", 3).read_only(),
        ],
    ),
    model(
        Kind::Activity,
        "Activity",
        "activity",
        &[
            text("name", 255),
            text("number", 100),
            text("description", LONG),
            choice(
                "activityType",
                &["GENERAL_ACTIVITY", "PROJECT_GENERAL_ACTIVITY", "PROJECT_SPECIFIC_ACTIVITY", "TASK"],
            )
            .required(),
            flag("isProjectActivity").read_only(),
            flag("isGeneral").read_only(),
            flag("isTask").read_only(),
            flag("isDisabled").read_only(),
            flag("isChargeable"),
            decimal("rate"),
            decimal("costPercentage"),
            text("displayName", 255).read_only(),
            flag("deletable").yes().read_only(),
        ],
    ),
    model(
        Kind::Project,
        "Project",
        "project",
        &[text("name", 255), text("number", 100), text("displayName", 255).read_only(), date("startDate")],
    ),
    owned(
        model(
            Kind::TimesheetEntry,
            "TimesheetEntry",
            "timesheet/entry",
            &[
                reference("project", Kind::Project),
                reference("activity", Kind::Activity).required(),
                date("date").required(),
                decimal("hours"),
                decimal("chargeableHours").read_only(),
                reference("employee", Kind::Employee).required(),
                rows("timeClocks", Kind::Other).read_only(),
                text("comment", LONG),
                flag("locked").read_only(),
                flag("chargeable").read_only(),
                reference("invoice", Kind::Other).read_only(),
                decimal("hourlyRate").read_only(),
                decimal("hourlyCost").read_only(),
                decimal("hourlyCostPercentage").read_only(),
                decimal("projectChargeableHours").null(),
            ],
        ),
        "employee",
    ),
    owned(
        model(
            Kind::MonthlyStatus,
            "MonthlyStatus",
            "timesheet/month",
            &[
                reference("employee", Kind::Employee),
                rows("timesheetEntries", Kind::TimesheetEntry).read_only(),
                date("approvedDate").read_only(),
                flag("completed").read_only(),
                reference("approvedBy", Kind::Employee),
                flag("approved").read_only(),
                date("approvedUntilDate").read_only(),
                text("monthYear", 7).read_only(),
                decimal("hoursPayout"),
                decimal("vacationPayout"),
                part("hourSummary", Kind::HourSummary),
                part("flexSummary", Kind::FlexSummary),
                part("vacationSummary", Kind::VacationSummary),
            ],
        ),
        "employee",
    ),
    owned(
        model(
            Kind::Week,
            "Week",
            "timesheet/week",
            &[
                reference("employee", Kind::Employee),
                rows("timesheetEntries", Kind::TimesheetEntry).read_only(),
                whole("year").read_only(),
                whole("week").read_only(),
                flag("completed").read_only(),
                flag("approved").read_only(),
                reference("approvedBy", Kind::Employee),
                date("approvedDate").read_only(),
            ],
        ),
        "employee",
    ),
    model(
        Kind::CompanyHolidays,
        "CompanyHolidays",
        "timesheet/companyHoliday",
        &[date("date").required(), decimal("percentage").required()],
    ),
    model(
        Kind::TimesheetSettings,
        "TimesheetSettings",
        "timesheet/settings",
        &[
            flag("timeClock").read_only(),
            flag("timesheetCompleted").read_only(),
            flag("flexBalance").read_only(),
            flag("vacationBalance").read_only(),
            flag("showDetailedTimeSheet").read_only(),
            flag("requireCommentsOnRegisteredHoursAllProjects").read_only(),
            reference("defaultProjectActivity", Kind::Activity),
        ],
    ),
    model(
        Kind::Company,
        "Company",
        "company",
        &[
            text("name", 255),
            text("displayName", 255).read_only(),
            date("startDate"),
            date("endDate"),
            text("organizationNumber", 100),
            text("email", 254),
            text("phoneNumber", 100),
            text("phoneNumberMobile", 100),
            text("faxNumber", 100),
            field("address", Shape::Own(Kind::Address)),
            choice(
                "type",
                &[
                    "NONE", "ENK", "AS", "NUF", "ANS", "DA", "PRE", "KS", "ASA", "BBL", "BRL", "GFS", "SPA", "SF",
                    "IKS", "KF_FKF", "FCD", "EOFG", "BA", "STI", "ORG", "ESEK", "SA", "SAM", "BO", "VPFO", "OS", "FLI",
                    "Other",
                ],
            ),
            reference("currency", Kind::Other),
            flag("accountantOrSimilar").read_only(),
            choice("companyMigration", &["NONE", "AGRO"]).initially("NONE").read_only(),
            flag("invoiceShowDeliveryDate").read_only(),
        ],
    ),
    model(
        Kind::Address,
        "Address",
        "address",
        &[
            text("addressLine1", 255),
            text("addressLine2", 255),
            text("postalCode", 100),
            text("city", 100),
            reference("country", Kind::Country),
            text("displayName", LONG).read_only(),
            text("addressAsString", LONG).read_only(),
            text("displayNameInklMatrikkel", LONG).read_only(),
            whole("knr"),
            whole("gnr"),
            whole("bnr"),
            whole("fnr"),
            whole("snr"),
            text("unitNumber", 255),
        ],
    ),
    model(
        Kind::EmployeeCategory,
        "EmployeeCategory",
        "employee/category",
        &[text("displayName", 255), text("name", 255).filled(), text("number", 100), text("description", LONG)],
    ),
    model(
        Kind::SessionToken,
        "SessionToken",
        "token/session",
        &[
            reference("consumerToken", Kind::ConsumerToken),
            reference("employeeToken", Kind::EmployeeToken),
            date("expirationDate"),
            text("token", LONG),
            text("encryptionKey", LONG).null().read_only(),
        ],
    ),
    model(Kind::Other, "Object", "object", &[]),
    model(Kind::ConsumerToken, "ConsumerToken", "token/consumer", &[text("token", LONG), date("expirationDate")]),
    model(
        Kind::EmployeeToken,
        "EmployeeToken",
        "token/employee",
        &[reference("employee", Kind::Employee), text("token", LONG), date("expirationDate")],
    ),
    plain(
        Kind::PostSessionTokenBody,
        "PostSessionTokenBody",
        &[
            text("consumerToken", LONG).required(),
            text("employeeToken", LONG).required(),
            date("expirationDate").required(),
        ],
    ),
    plain(
        Kind::LoggedInUserInfo,
        "LoggedInUserInfo",
        &[
            whole("employeeId").read_only(),
            whole("actualEmployeeId").read_only(),
            reference("employee", Kind::Employee),
            whole("companyId").read_only(),
            reference("company", Kind::Company),
            text("language", 2).read_only(),
            flag("loggedInWithConnect").read_only(),
            flag("employeeIsProxy").read_only(),
        ],
    ),
    plain(
        Kind::InternationalId,
        "InternationalId",
        &[
            choice(
                "intAmeldingType",
                &["PASSPORT_NO", "NATIONAL_INSURANCE_NO", "TAX_IDENTIFICATION_NO", "VALUE_ADDED_TAX_IDENTIFICATION_NO"],
            ),
            reference("country", Kind::Country),
            text("number", 100),
        ],
    ),
    plain(
        Kind::HolidayAllowanceEarned,
        "HolidayAllowanceEarned",
        &[whole("year"), decimal("amount"), decimal("basis"), decimal("amountExtraHolidayWeek")],
    ),
    plain(
        Kind::MaritimeEmployment,
        "MaritimeEmployment",
        &[
            text("fartoeyId", LONG),
            date("paamoenstringsdato"),
            date("avmoenstringsdato"),
            whole("antallTimerPerYrkeskodePerMoenstring"),
            choice("shipRegister", &["NIS", "NOR", "FOREIGN"]),
            choice("shipType", &["OTHER", "DRILLING_PLATFORM", "TOURIST"]),
            choice("tradeArea", &["DOMESTIC", "FOREIGN"]),
        ],
    ),
    plain(
        Kind::HourSummary,
        "HourSummary",
        &[
            decimal("sumHours").read_only(),
            decimal("hoursWithPay").read_only(),
            decimal("hourlyWageHoursWithPay").read_only(),
            decimal("standardTime").read_only(),
            decimal("nonChargeableHours").read_only(),
            decimal("chargeableHours").read_only(),
            decimal("nonChargeableHoursWithPay").read_only(),
            decimal("budgetChargeableHours").read_only(),
        ],
    ),
    plain(
        Kind::FlexSummary,
        "FlexSummary",
        &[
            decimal("incomingHourBalance").read_only(),
            decimal("outgoingHourBalance").read_only(),
            decimal("change").read_only(),
        ],
    ),
    plain(
        Kind::VacationSummary,
        "VacationSummary",
        &[
            decimal("incomingVacationBalance").read_only(),
            decimal("outgoingVacationBalance").read_only(),
            decimal("vacationTakenInPeriod").read_only(),
            decimal("vacationTakenThisYear").read_only(),
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::MODELS;
    use crate::tripletex::model::Shape;

    #[test]
    fn every_kind_has_a_model_and_every_owner_is_a_field() {
        for model in MODELS {
            assert_eq!(model.kind.model().name, model.name);
            assert!(model.owner.is_none_or(|owner| model.field(owner).is_some()), "{}", model.name);
            for field in model.fields {
                if let Shape::Reference(kind) | Shape::Own(kind) | Shape::Rows(kind) | Shape::Part(kind) = field.shape {
                    assert_eq!(kind.model().kind, kind, "{}.{}", model.name, field.name);
                    assert_eq!(
                        kind.model().plain,
                        matches!(field.shape, Shape::Part(_)),
                        "{}.{}",
                        model.name,
                        field.name
                    );
                }
            }
        }
    }
}
