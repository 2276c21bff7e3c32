// The local language detector: `eld` (small), answering with the codes and names Azure uses.
// Swahili, Welsh, Indonesian (told as Malay) and Esperanto are not among its 60 languages.

import { hanScript } from './han-script.ts';
import type { DetectedLanguage, Model } from './text-models.ts';

// The detector reads no further than about 350 bytes.
const DETECTED_LENGTH = 2000;
const UNKNOWN: DetectedLanguage = { name: '(Unknown)', iso: '(Unknown)', confidence: 0 };
// How sharply the best score of the detector is set apart from the others. Chosen so that on five words of the UDHR the
// mean confidence (0.92) stays somewhat below the share of right answers (`npm run quality` prints both).
const SHARPNESS = 32;
// A word or two say little, however well they fit one language.
const UNRELIABLE = 0.5;

/** Loads the detector with its n-grams (1.6 MB); a few hundred milliseconds, once. */
export async function loadLanguageModel(): Promise<Model<DetectedLanguage>> {
  const { eld } = await import('eld/small');
  const englishNames = new Intl.DisplayNames('en', { type: 'language' });
  return {
    version: 'sqlc-language-1',
    languages: undefined,
    analyze: (text) => {
      if (!/\p{L}/u.test(text)) return UNKNOWN;
      // Its n-grams are of composed letters; Vietnamese in decomposed ones is told as Yoruba.
      const result = eld.detect(text.slice(0, DETECTED_LENGTH).normalize('NFC'));
      if (result.language === '') return UNKNOWN;
      const share = shareOfBest(Object.values(result.getScores()));
      const confidence = Math.round(100 * (result.isReliable() ? share : share * UNRELIABLE)) / 100;
      return { ...codeAndName(result.language, text, englishNames), confidence };
    },
  };
}

function codeAndName(language: string, text: string, englishNames: Intl.DisplayNames): { iso: string; name: string } {
  if (language === 'zh') {
    return hanScript(text) === 'traditional'
      ? { iso: 'zh_cht', name: 'Chinese_Traditional' }
      : { iso: 'zh_chs', name: 'Chinese_Simplified' };
  }
  // ICU calls it Filipino.
  if (language === 'tl') return { iso: 'tl', name: 'Tagalog' };
  return { iso: language, name: englishNames.of(language) ?? language };
}

/** The share of the best score once all are sharpened, 0..1. */
function shareOfBest(scores: readonly number[]): number {
  const best = Math.max(...scores);
  const sum = scores.reduce((total, score) => total + (score / best) ** SHARPNESS, 0);
  return 1 / sum;
}
