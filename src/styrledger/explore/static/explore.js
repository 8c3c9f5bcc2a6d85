// The slider of the budget page: it asks the same page for another day, and shows what comes.
"use strict";

const LIVE = ["answer", "changes", "places", "basis"];
const slider = document.getElementById("slider");
let wanted = null;
let busy = false;

function dayOf(value) {
  const day = new Date(`${slider.dataset.first}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + Number(value));
  return day.toISOString().slice(0, 10);
}

async function show(day) {
  const address = new URL(location.href);
  address.searchParams.set("on", day);
  address.searchParams.delete("page");
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const id of LIVE) {
    document.getElementById(id).replaceChildren(...page.getElementById(id).childNodes);
  }
  document.getElementById("on").value = day;
  const told = page.getElementById("slider").getAttribute("aria-valuetext");
  slider.setAttribute("aria-valuetext", told);
  history.replaceState(null, "", address);
}

// One question at a time; of the days passed meanwhile only the last one is asked.
async function follow() {
  wanted = dayOf(slider.value);
  if (busy) return;
  busy = true;
  try {
    while (wanted !== null) {
      const day = wanted;
      wanted = null;
      await show(day);
    }
  } finally {
    busy = false;
  }
}

if (slider) {
  slider.closest("[hidden]").hidden = false;
  slider.addEventListener("input", follow);
}
