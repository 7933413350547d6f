// A calendar on standard input as ical.js reads it: its occurrences as JSON lines of [start, end, title, status], instants
// in seconds since 1970, days as texts. Zones are those that the calendar itself defines.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const MOST = 200;
const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf-8")));
for (const zone of calendar.getAllSubcomponents("vtimezone")) {
  ICAL.TimezoneService.register(zone);
}

const said = (moment) => (moment.isDate ? moment.toString() : moment.toUnixTime());
const status = (event) => event.component.getFirstPropertyValue("status");
const tell = (event, start, end) => console.log(JSON.stringify([said(start), said(end), event.summary, status(event)]));

const components = calendar.getAllSubcomponents("vevent");
const overrides = components.filter((one) => one.hasProperty("recurrence-id"));
for (const component of components.filter((one) => !one.hasProperty("recurrence-id"))) {
  const event = new ICAL.Event(component, { exceptions: [] });
  for (const override of overrides.filter((one) => one.getFirstPropertyValue("uid") === event.uid)) {
    event.relateException(override);
  }
  if (!event.isRecurring()) {
    tell(event, event.startDate, event.endDate);
    continue;
  }
  const dates = event.iterator();
  for (let count = 0, date = dates.next(); date && count < MOST; count += 1, date = dates.next()) {
    const one = event.getOccurrenceDetails(date);
    tell(one.item, one.startDate, one.endDate);
  }
}
