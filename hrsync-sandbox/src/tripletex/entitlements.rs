//! Rights.

use super::model::Kind;
use super::record::Record;
use super::state::State;

/// The rights of the service in 2026: the stable id and the name of that year.
pub(crate) const ENTITLEMENTS: &[(u32, &str)] = &[
    (1, "ROLE_ADMINISTRATOR"),
    (5, "AUTH_HOURS_DEPARTMENT"),
    (6, "AUTH_HOURS_COMPANY"),
    (7, "AUTH_TRAVELREPORTS_DEPARTMENT"),
    (8, "AUTH_PROJECT_MANAGER_DEPARTMENT"),
    (10, "AUTH_PROJECT_MANAGER"),
    (11, "AUTH_PROJECT_MANAGER_COMPANY"),
    (14, "AUTH_INVOICING"),
    (15, "AUTH_CUSTOMER_ADMIN"),
    (17, "AUTH_HOUR_STATISTICS_COMPANY"),
    (20, "AUTH_DEPARTMENT_REPORT"),
    (21, "AUTH_COMPANY_ADMIN"),
    (25, "AUTH_TRAVELREPORTS_COMPANY"),
    (26, "AUTH_INBOX_ARCHIVE_ALL_EMPLOYEES"),
    (27, "AUTH_PRODUCT_ADMIN"),
    (29, "AUTH_BUDGET"),
    (34, "AUTH_VOUCHER_EXPORT"),
    (35, "AUTH_ALL_VOUCHERS"),
    (36, "AUTH_DEPARTMENT_VOUCHERS"),
    (37, "AUTH_OWN_HOURS_AMOUNT"),
    (40, "AUTH_HOURS_SAME_CUSTOMER"),
    (42, "AUTH_INBOX_VOUCHER"),
    (43, "AUTH_CUSTOMER_INFO"),
    (45, "AUTH_CREATE_PROJECT"),
    (46, "AUTH_HOURLIST"),
    (47, "AUTH_TRAVELREPORT"),
    (48, "AUTH_HOURLIST_SETTINGS"),
    (49, "AUTH_DIRECT_REMIT_LIGHT"),
    (52, "AUTH_PROJECT_CONTROL_SCHEMAS"),
    (53, "AUTH_HOUR_STATISTICS_DEPARTMENT"),
    (54, "AUTH_HOUR_STATISTICS_EMPLOYEE"),
    (55, "AUTH_PROJECT_EXTRACOSTS"),
    (56, "AUTH_PRODUCT_NET_PRICE"),
    (57, "AUTH_ARCHIVE_READ"),
    (58, "AUTH_ARCHIVE_WRITE"),
    (59, "AUTH_ARCHIVE_ADMIN"),
    (60, "AUTH_HOLYDAY_PLAN"),
    (61, "AUTH_EMPLOYEE_INFO"),
    (62, "AUTH_CREATE_TASK"),
    (63, "AUTH_CREATE_NOTE"),
    (65, "AUTH_OFFER_ADMIN"),
    (67, "AUTH_TASK_ADMIN"),
    (68, "AUTH_ORDER_ADMIN"),
    (69, "AUTH_CREATE_OFFER"),
    (70, "AUTH_CREATE_ORDER"),
    (71, "AUTH_CLIENT_ACCOUNT_ADMIN"),
    (72, "AUTH_EMAIL_ACCOUNT_ADMIN"),
    (76, "AUTH_INCOMPLETE_VOUCHERS"),
    (77, "AUTH_INCOMING_INVOICE"),
    (78, "AUTH_BANK_RECONCILIATION"),
    (79, "AUTH_VAT_REPORT"),
    (81, "AUTH_SICKNESS_REIMBURSEMENT"),
    (83, "AUTH_REGISTER_INCOME"),
    (84, "AUTH_ADVANCED_VOUCHER"),
    (85, "AUTH_VOUCHER_IMPORT"),
    (86, "AUTH_PRODUCT_INVOICE"),
    (88, "AUTH_ALL_TASKS"),
    (92, "AUTH_PROJECT_INFO"),
    (93, "AUTH_CREATE_CUSTOMER"),
    (94, "AUTH_COMPANY_ATTESTOR"),
    (96, "AUTH_FACTORING_EXPORT"),
    (101, "AUTH_MANAGE_BANK_ACCOUNT_NUMBERS"),
    (105, "AUTH_COMPANY_ACCOUNTING_REPORTS"),
    (106, "AUTH_DEPARTMENT_ACCOUNTING_REPORTS"),
    (107, "AUTH_ACCOUNTING_SETTINGS"),
    (108, "AUTH_COMPANY_RESULT_BUDGET"),
    (109, "AUTH_DEPARTMENT_RESULT_BUDGET"),
    (110, "AUTH_COMPANY_CUSTOMER_ACCOUNTING_REPORTS"),
    (111, "AUTH_DEPARTMENT_CUSTOMER_ACCOUNTING_REPORTS"),
    (112, "AUTH_COMPANY_VENDOR_ACCOUNTING_REPORTS"),
    (113, "AUTH_DEPARTMENT_VENDOR_ACCOUNTING_REPORTS"),
    (114, "AUTH_COMPANY_EMPLOYEE_ACCOUNTING_REPORTS"),
    (115, "AUTH_DEPARTMENT_EMPLOYEE_ACCOUNTING_REPORTS"),
    (116, "AUTH_WAGE_ADMIN_SETTINGS"),
    (117, "AUTH_COMPANY_WAGE_ADMIN"),
    (118, "AUTH_DEPARTMENT_WAGE_ADMIN"),
    (119, "AUTH_COMPANY_EMPLOYEE_ADMIN"),
    (120, "AUTH_DEPARTMENT_EMPLOYEE_ADMIN"),
    (121, "AUTH_TRAVEL_EXPENCE_ADMIN_SETTINGS"),
    (123, "AUTH_CUSTOMS_DECLARATION"),
    (126, "AUTH_ACCOUNT_ADMINISTRATOR"),
    (131, "AUTH_VOUCHER_AUTOMATION"),
    (132, "AUTH_INVOICE_ADMIN_SETTINGS"),
    (133, "AUTH_PROJECT_ADMIN_SETTINGS"),
    (134, "AUTH_PROJECT_CONTROL_SCHEMA_SIGNING"),
    (135, "AUTH_PROJECT_OWN_PROJECT_RESULT_REPORT"),
    (136, "AUTH_DIRECT_REMIT_CREATE_NEW"),
    (137, "AUTH_REMIT_FILES_VOUCHER_OVERVIEW"),
    (142, "AUTH_PURCHASING_MANAGER"),
    (144, "AUTH_WAGE_INFORMATION"),
    (145, "AUTH_DEPARTMENT_ASSET_ACCOUNTING_REPORTS"),
    (146, "AUTH_COMPANY_ASSET_ACCOUNTING_REPORTS"),
    (148, "REPORT_ADMINISTRATOR"),
    (149, "REPORT_AUTHOR"),
    (150, "AUTH_DIRECT_REMIT_ADMIN_ZTL"),
    (151, "YEAR_END_REPORT_ADMINISTRATOR"),
    (152, "AUTH_VOUCHER_SETTINGS"),
    (162, "AUTH_EXPENSE_ATTESTATION_OVERRIDER"),
];

/// Gives an employee exactly these rights.
pub(crate) fn replace(state: &mut State, employee: u64, rights: &[u32]) {
    for (id, _) in ENTITLEMENTS {
        set(state, employee, *id, rights.contains(id));
    }
}

/// Grants or withdraws a right.
pub(crate) fn set(state: &mut State, employee: u64, right: u32, granted: bool) {
    let standing =
        state.of(Kind::Entitlement, employee).find(|row| row.reference("entitlementId") == Some(right.into()));
    match (standing.map(|row| row.id), granted) {
        (Some(id), false) => {
            state.remove(Kind::Entitlement, id);
        }
        (None, true) => {
            let name = ENTITLEMENTS.iter().find(|(id, _)| *id == right).map_or("", |(_, name)| name);
            let row = Record::new(Kind::Entitlement)
                .with("employee", employee)
                .with("name", name)
                .with("entitlementId", right)
                .with("customer", state.company);
            state.store(Kind::Entitlement, row);
        }
        _ => {}
    }
}
