// Sphinx ranks a page in which a word stands like any other. Of the pages that hold it,
// those that explain it come first, and those about the sources last.
const pageBonus = {
  "docs/language": 4,
  "docs/recipes": 4,
  "docs/data": 3,
  "docs/evaluation": 3,
  "docs/use": 3,
  "docs/weights": 3,
  "docs/install": 3,
  "docs/command-line": 2,
  "docs/terms": 2,
  "docs/catalogue": -2,
  "docs/results": -2,
  "docs/lenet-relu": -2,
  "docs/api": -2,
  "docs/api-compiler": -2,
  "bench/README": -4,
  ARCHITECTURE: -4,
  CHANGELOG: -4,
  CONTRIBUTING: -4,
};

var Scorer = {
  score: ([page, , , , score]) => score + (pageBonus[page] ?? 0),
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
