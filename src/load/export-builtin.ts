// The product's YAML → the JSON that ships. Run by the build; a mistake in a built-in file stops it.
import { libraryToJson, loadBuiltin } from './library-loader.ts'
import { renderDiagnostics } from './render.ts'

export async function exportBuiltin(root: string): Promise<string> {
  const library = await loadBuiltin(root, undefined)
  const errors = library.diagnostics.filter((d) => d.severity === 'error')
  if (errors.length > 0) throw new Error(`mistakes in the built-in files\n${renderDiagnostics(errors)}`)
  return JSON.stringify(libraryToJson(library, root))
}
