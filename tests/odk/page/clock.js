// The page's clock stands still at the moment that the walks were made for: both sides must see the same now.
const Real = Date;

export function stopAt(moment) {
  globalThis.Date = class extends Real {
    constructor(...given) {
      super(...(given.length ? given : [moment]));
    }
    static now() {
      return moment;
    }
  };
}
