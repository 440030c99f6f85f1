// Pictures told in steps: shows one step at a time, by button or key, or plays them.
//
// Without this script, and in print, the picture is complete and every step can be read.
// Nothing moves before the reader asks; where less motion is wished, there is no Play.
{
  const PAUSE = 4000; // milliseconds: about what it takes to read one step
  const lessMotion = matchMedia("(prefers-reduced-motion: reduce)");
  const KEYS = {
    ArrowLeft: (player) => player.show(player.now - 1),
    ArrowRight: (player) => player.show(player.now + 1),
    Home: (player) => player.show(1),
    End: (player) => player.show(player.last),
  };

  class Player {
    constructor(figure) {
      this.steps = [...figure.querySelectorAll("ol > li")].map((step) => step.textContent);
      this.parts = [...figure.querySelectorAll("[data-step]")];
      this.last = this.steps.length;
      this.bar = element("div", "stepped-bar");
      this.bar.setAttribute("role", "group");
      this.bar.setAttribute("aria-label", figure.querySelector("figcaption").textContent);
      this.back = this.button("Back", () => this.show(this.now - 1));
      this.forward = this.button("Next", () => this.show(this.now + 1));
      this.playing = this.button("Play", () => (this.timer ? this.pause() : this.play()));
      this.place = element("span", "stepped-place");
      this.bar.append(this.place);
      this.said = element("p", "stepped-said");
      this.said.setAttribute("role", "status");
      figure.querySelector("ol").before(this.bar, this.said);
      figure.classList.add("stepped-equipped");
      this.bar.addEventListener("keydown", (event) => this.press(event));
      lessMotion.addEventListener("change", () => this.respectMotion());
      this.respectMotion();
      this.show(1);
    }

    button(text, onClick) {
      const button = element("button", "stepped-button", text);
      button.type = "button";
      button.addEventListener("click", () => {
        if (button !== this.playing) this.pause();
        onClick();
      });
      this.bar.append(button);
      return button;
    }

    press(event) {
      if (!(event.key in KEYS) || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      this.pause();
      KEYS[event.key](this);
    }

    show(step) {
      this.now = Math.min(Math.max(step, 1), this.last);
      for (const part of this.parts) {
        const when = Number(part.dataset.step);
        part.classList.toggle("ahead", when > this.now);
        part.classList.toggle("current", when === this.now);
      }
      this.said.textContent = this.steps[this.now - 1];
      this.place.textContent = `step ${this.now} of ${this.last}`;
      // Disabled buttons would lose the focus.
      this.back.setAttribute("aria-disabled", this.now === 1);
      this.forward.setAttribute("aria-disabled", this.now === this.last);
    }

    play() {
      if (this.now === this.last) this.show(1);
      this.playing.textContent = "Pause";
      this.timer = setInterval(() => {
        this.show(this.now + 1);
        if (this.now === this.last) this.pause();
      }, PAUSE);
    }

    pause() {
      clearInterval(this.timer);
      this.timer = null;
      this.playing.textContent = "Play";
    }

    respectMotion() {
      this.playing.hidden = lessMotion.matches;
      if (lessMotion.matches) this.pause();
    }
  }

  function element(name, classes, text = "") {
    const made = document.createElement(name);
    made.className = classes;
    made.textContent = text;
    return made;
  }

  for (const figure of document.querySelectorAll("figure.stepped")) new Player(figure);
}
