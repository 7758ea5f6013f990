//! The shortest complete host: a `HashMap` of people. Everything else comes from the library.

#![allow(clippy::print_stdout, reason = "an example talks to a terminal")]

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use hrsync::host::{Changes, HostDirectory, HostPage, HostWrite};
use hrsync::netvisor::{NetvisorConfig, NetvisorConnector};
use hrsync::reconcile::{Decisions, Engine, Missing, Resolution, Select};
use hrsync::{Actor, Authority, Employee, HostId, Result};

#[derive(Debug, Default)]
struct People(Mutex<HashMap<String, Employee>>);

#[async_trait::async_trait]
impl HostDirectory for People {
    async fn page(&self, _after: Option<&str>) -> Result<HostPage> {
        Ok(HostPage::all(self.0.lock().unwrap_or_else(PoisonError::into_inner).values().cloned()))
    }

    async fn fetch(&self, id: &HostId) -> Result<Option<Employee>> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id.as_str()).cloned())
    }

    async fn create(&self, mut employee: Employee, once: &str) -> Result<HostId> {
        // `once` is the same whenever the same person is created again, so it makes a good id.
        employee.id = once.to_owned();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(employee.id.clone(), employee);
        Ok(HostId::new(once))
    }

    async fn update(&self, id: &HostId, changes: &Changes, _version: Option<&str>, _once: &str) -> Result<HostWrite> {
        match self.0.lock().unwrap_or_else(PoisonError::into_inner).get_mut(id.as_str()) {
            Some(person) => changes.apply_to(person),
            None => return Ok(HostWrite::Drifted),
        }
        Ok(HostWrite::Written)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    // In production: credentials from your secret store, and `hrsync::http::ReqwestClient` instead of the simulated company.
    let company = hrsync_sandbox::netvisor::NetvisorSandbox::builder().employees(5).build();
    let login = company.credentials();
    let (config, credentials) = NetvisorConfig::builder()
        .base_url(login.base_url)
        .user_id(login.customer_id)
        .key(&login.customer_key.into())
        .business_id(login.organisation_id)
        .partner(login.partner_id, &login.partner_key.into())
        .sender("Example HR")
        .build()?;
    let netvisor = NetvisorConnector::builder(config, credentials, Arc::new(company.client())).build()?;

    let anna = Actor::administrator("anna");
    let engine = Engine::builder(Arc::new(netvisor), Arc::new(People::default())).build()?;
    engine.connect(&anna, Authority::Confirmed).await?;

    let review = engine.review(&anna).await?;
    let decisions =
        Decisions::new().for_conflicts(Resolution::Host).for_missing(Missing::Fill).create_in_host(Select::All);
    let plan = engine.plan(&anna, &review, &decisions)?;
    let report = engine.apply(&anna, &plan).await?;
    println!("{} people created in the host, {} linked", report.items.len(), report.linked);
    Ok(())
}
