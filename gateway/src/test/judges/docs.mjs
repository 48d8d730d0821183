// The fenced blocks of a page of the documentation, for judges that run what it shows.
import { readFileSync } from 'node:fs'

export const page = name => readFileSync(new URL(`../../../../docs/${name}`, import.meta.url), 'utf8')

export const blocks = (name, language) =>
  [...page(name).matchAll(new RegExp('^```' + language + '\\n([^]*?)^```$', 'gm'))].map(match => match[1])

// A block that is a module is imported as the page shows it: no copy of it can differ.
export const documented = async (name, begin) => {
  const [block] = blocks(name, 'js').filter(text => text.startsWith(begin))
  if (!block) throw new Error(`docs/${name} has no block that begins with ${begin}`)
  return import('data:text/javascript,' + encodeURIComponent(block))
}
