// The parts of the yaml package the loader uses. A static import: the bundler gives a lazily imported CommonJS package no names.
export { Composer, CST, isMap, isScalar, isSeq, Lexer, Parser } from 'yaml'
