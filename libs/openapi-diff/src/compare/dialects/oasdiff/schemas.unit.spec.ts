import { describe, it } from '@jest/globals';
import { check, type Row } from '../../../testing/schemas.js';

const old = { version: '3.0.3' };
const person = { type: 'object', properties: { a: { type: 'string' }, b: { type: 'string' } } };
const ref = { $ref: '#/components/schemas/Role' };
const role = { type: 'string', enum: ['user', 'admin'] };
const roles = { schemas: { Role: { ...role, title: 'Role' } } };

describe('types as oasdiff sees them', () => {
  it.each<Row>([
    [
      'null in a list of types counts as a type',
      'request',
      { type: ['integer', 'null'] },
      { type: 'number' },
      'request-body-became-not-nullable request-body-type-changed',
    ],
    [
      'nullable does not',
      'request',
      { type: 'integer', nullable: true },
      { type: 'number' },
      'request-body-became-not-nullable request-body-type-generalized',
      old,
    ],
    [
      'a media type is typed by its name alone',
      'request',
      { type: 'integer' },
      { type: 'string' },
      'request-body-type-compatible',
      { media: 'application/json; charset=utf-8' },
    ],
    [
      'another type of a parameter is a change even beside the old one',
      'query',
      { type: 'string' },
      { type: ['string', 'integer'] },
      'request-parameter-type-changed',
    ],
    [
      'a parameter may be a list of what it was, in another type that is written alike',
      'query',
      { type: 'integer' },
      { type: 'array', items: { type: 'string' } },
      'request-parameter-type-generalized',
    ],
    [
      'but not of narrower values',
      'query',
      { type: 'string' },
      { type: 'array', items: { type: 'string', pattern: '^a' } },
      'request-parameter-type-changed',
    ],
    [
      'words of the listed values do not count',
      'query',
      { type: 'string', description: 'one', default: 'x' },
      { type: 'array', items: { type: 'string', description: 'each' } },
      'request-parameter-default-value-removed request-parameter-type-generalized',
    ],
    [
      'a type that goes and one that comes are a widening when each value fits',
      'response',
      { type: 'integer' },
      { type: 'number' },
      'response-body-type-generalized',
    ],
  ])('%s', check);
});

describe('moves of a whole schema as oasdiff sees them', () => {
  it.each<Row>([
    [
      'a choice with null is nullability, whatever its words',
      'request property',
      { type: 'string' },
      {
        oneOf: [
          { type: 'null', title: 'none' },
          { type: 'string', description: 'x' },
        ],
        title: 'y',
      },
      'request-property-became-nullable',
    ],
    [
      'the same undone, with an enum in it',
      'query',
      { oneOf: [{ type: 'null' }, role] },
      role,
      'request-parameter-became-not-nullable',
    ],
    [
      'any of null and a type is a list of types',
      'request',
      { type: 'string' },
      { anyOf: [{ type: 'null' }, { type: 'string' }] },
      'request-body-list-of-types-widened',
    ],
    [
      'a list of types says nothing of the values',
      'request property',
      { type: 'string', enum: ['a'] },
      { oneOf: [{ type: 'string' }, { type: 'integer' }], discriminator: { propertyName: 'x' } },
      'request-property-enum-value-removed request-property-list-of-types-widened',
    ],
    [
      'what alternatives do not hold is removed',
      'request',
      person,
      { oneOf: [{ type: 'object', properties: { a: { type: 'string' } } }, { type: 'object' }] },
      'request-body-wrapped-in-one-of request-property-removed',
    ],
    [
      'inside of a body only the alternatives are reported',
      'response property',
      person,
      { oneOf: [person, { type: 'object' }] },
      'response-property-one-of-added',
    ],
    [
      'a type that only got null says nothing else of the type',
      'response',
      { type: 'string', contentEncoding: 'base64' },
      { type: ['string', 'null'] },
      'response-body-became-nullable',
    ],
  ])('%s', check);
});

describe('members of a set of schemas as oasdiff sees them', () => {
  it.each<Row>([
    [
      'one that is written out matches the component that allows the same',
      'request property',
      { anyOf: [role, { type: 'null' }] },
      { anyOf: [ref, { type: 'null' }] },
      '',
      roles,
    ],
    [
      'the only two that are written out are matched before',
      'request',
      { oneOf: [{ minimum: 1 }, { $ref: '#/components/schemas/Other' }] },
      { oneOf: [{ minimum: 2 }, { $ref: '#/components/schemas/Some' }] },
      'request-body-one-of-added request-body-one-of-removed request-property-min-increased',
      { schemas: { Some: { minimum: 1 }, Other: { minimum: 9 } } },
    ],
    [
      'a title matches once',
      'request',
      {
        oneOf: [
          { title: 't', minimum: 1 },
          { title: 't', minimum: 2 },
        ],
      },
      {
        oneOf: [
          { title: 't', minimum: 3 },
          { title: 't', minimum: 4 },
        ],
      },
      'request-body-one-of-added request-body-one-of-removed request-property-min-increased',
    ],
    [
      'a part with extensions is more than words',
      'request',
      { type: 'string' },
      { type: 'string', allOf: [{ title: 't', 'x-y': 1 }] },
      'request-body-all-of-added',
    ],
    [
      'a part with words alone restricts nothing',
      'request',
      { type: 'string' },
      { type: 'string', allOf: [{ title: 't', default: 'd' }] },
      'request-body-all-of-added-annotation-only',
    ],
  ])('%s', check);
});
