// Questions: reads the feedback aloud, keeps what was answered, and counts it.
//
// Without this script every option opens all the same. An answer is one item of the
// browser's storage: the question's key, which changes with its text, and the option
// that was chosen last. Where storage is blocked or full, nothing is kept.
{
  const PREFIX = "predict:";

  function answerOf(key) {
    try {
      return localStorage.getItem(PREFIX + key);
    } catch {
      return null; // blocked
    }
  }

  function keepAnswer(key, option) {
    try {
      localStorage.setItem(PREFIX + key, option);
    } catch {
      // Blocked or full: the question has been answered all the same.
    }
  }

  function forgetAnswers() {
    try {
      const kept = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
      for (const name of kept) localStorage.removeItem(name);
    } catch {
      // Blocked: nothing has been kept.
    }
  }

  // A screen reader hears the feedback of the option that the reader opens.
  function equip(question) {
    const { key } = question.dataset;
    const options = [...question.querySelectorAll("details")];
    const said = question.querySelector(".predict-said");
    const answered = answerOf(key);
    if (options[answered]) options[answered].open = true;
    options.forEach((option, place) => {
      option.querySelector("summary").addEventListener("click", () => {
        if (option.open) return said.replaceChildren(); // it is about to close
        keepAnswer(key, place);
        said.replaceChildren(...spoken(option));
      });
    });
  }

  // A copy of the feedback, without ids: they are the page's own.
  function spoken(option) {
    const copy = option.querySelector(".predict-feedback").cloneNode(true);
    for (const part of copy.querySelectorAll("[id]")) part.removeAttribute("id");
    return [...copy.childNodes];
  }

  function count() {
    let all = 0;
    for (const line of document.querySelectorAll(".predict-count")) {
      const keys = line.dataset.keys.split(" ");
      const answered = keys.filter((key) => answerOf(key) !== null).length;
      all += answered;
      line.classList.toggle("predict-all", answered === keys.length);
      line.textContent = answered ? `${answered} of ${keys.length} answered` : `${keys.length} questions`;
    }
    for (const line of document.querySelectorAll(".predict-reset")) line.hidden = all === 0;
  }

  document.querySelectorAll("fieldset.predict").forEach(equip);
  count();
  document.querySelector(".predict-reset button")?.addEventListener("click", () => {
    forgetAnswers();
    count();
  });
  // Back from a chapter the browser may show this page as it was.
  addEventListener("pageshow", count);
}
