import { type Route, route } from '../api.ts'
import { invalid, missing, required } from '../errors.ts'
import {
  flag,
  items,
  mergeMetadata,
  oneOf,
  type Params,
  record,
  text,
  unsettable,
  whole,
} from '../form.ts'
import { matching, newestFirst, PAGE, page, within } from '../lists.ts'
import { newPrice, newProduct, type Price, type Product, type Recurring } from '../shapes/price.ts'
import { change, emit, idOf, now, type World } from '../world.ts'

export const findPrice = (world: World, id: string, param = 'id') => {
  const price = world.prices.get(id)
  if (!price) throw missing('price', id, param)
  return price
}

const findProduct = (world: World, id: string, param = 'id') => {
  const product = world.products.get(id)
  if (!product) throw missing('product', id, param)
  return product
}

/** Creates a product. A fixed `id` is refused when it is taken. */
export function createProduct(world: World, params: Params): Product {
  const name = text(params, 'name')
  if (!name) throw required('name')
  const id = text(params, 'id') ?? idOf(world, 'prod', 14)
  if (world.products.has(id)) {
    throw invalid('Product already exists.', 'id', 'resource_already_exists')
  }
  const product = newProduct(id, now(world), name)
  product.description = text(params, 'description') ?? null
  product.active = flag(params, 'active') ?? true
  product.metadata = mergeMetadata({}, params)
  world.products.set(id, product)
  emit(world, 'product.created', product)
  return product
}

const INTERVALS = ['day', 'week', 'month', 'year'] as const

function recurringOf(params: Params): Recurring | null {
  const recurring = record(params, 'recurring')
  if (!recurring) return null
  const interval = oneOf(recurring, 'interval', INTERVALS)
  if (!interval) throw required('recurring[interval]')
  return {
    interval,
    interval_count: whole(recurring, 'interval_count') ?? 1,
    meter: null,
    trial_period_days: whole(recurring, 'trial_period_days') ?? null,
    usage_type: 'licensed',
  }
}

/** Creates a price from `price` parameters or from a line's `price_data`; `id` fixes its id. */
export function createPrice(world: World, params: Params, id?: string): Price {
  const currency = text(params, 'currency')?.toLowerCase()
  const amount = whole(params, 'unit_amount') ?? decimal(params)
  const inline = record(params, 'product_data')
  if (!currency) throw required('currency')
  if (amount === undefined) throw required('unit_amount')
  if (amount < 0)
    throw invalid(
      'This value must be greater than or equal to 0.',
      'unit_amount',
      'parameter_invalid_integer',
    )
  const product = inline
    ? createProduct(world, inline).id
    : findProduct(world, text(params, 'product') ?? '', 'product').id
  const price = newPrice({
    id: id ?? idOf(world, 'price'),
    created: now(world),
    product,
    currency,
    amount,
    recurring: recurringOf(params),
  })
  const key = text(params, 'lookup_key')
  const holder = key && [...world.prices.values()].find((p) => p.lookup_key === key)
  if (holder && flag(params, 'transfer_lookup_key')) holder.lookup_key = null
  else if (holder) {
    throw invalid(`A price (\`${holder.id}\`) already uses that lookup key.`, 'lookup_key')
  }
  price.lookup_key = key ?? null
  price.nickname = text(params, 'nickname') ?? null
  price.active = flag(params, 'active') ?? true
  price.metadata = mergeMetadata({}, params)
  world.prices.set(price.id, price)
  emit(world, 'price.created', price)
  return price
}

function decimal(params: Params) {
  const value = text(params, 'unit_amount_decimal')
  return value !== undefined && /^\d+(\.0+)?$/.test(value) ? Number(value) : undefined
}

export const catalogueRoutes: Route[] = [
  route('POST', '/v1/products', 'name id active description metadata', (world, { params }) =>
    createProduct(world, params),
  ),
  route('GET', '/v1/products', `active created ids url ${PAGE}`, (world, call) => {
    const created = within(call.params, 'created')
    const ids = items(call.params, 'ids')
    const fits = newestFirst(world.products)
      .filter(matching(call.params, 'active', (p) => p.active))
      .filter((p) => created(p.created) && (ids.length === 0 || ids.includes(p.id)))
    return page(call, '/v1/products', fits)
  }),
  route('GET', '/v1/products/:id', '', (world, { id }) => findProduct(world, id)),
  route(
    'POST',
    '/v1/products/:id',
    'name active description metadata default_price',
    (world, { id, params }) =>
      change(world, 'product.updated', findProduct(world, id), (product) => {
        product.name = text(params, 'name') ?? product.name
        product.active = flag(params, 'active') ?? product.active
        const description = unsettable(params, 'description')
        if (description !== undefined) product.description = description
        const price = text(params, 'default_price')
        if (price) product.default_price = findPrice(world, price, 'default_price').id
        product.metadata = mergeMetadata(product.metadata, params)
        product.updated = now(world)
      }),
  ),
  route(
    'POST',
    '/v1/prices',
    'currency product product_data unit_amount unit_amount_decimal recurring lookup_key transfer_lookup_key nickname active metadata',
    (world, { params }) => createPrice(world, params),
  ),
  route(
    'GET',
    '/v1/prices',
    `active created currency lookup_keys product type ${PAGE}`,
    (world, call) => {
      const created = within(call.params, 'created')
      const keys = items(call.params, 'lookup_keys')
      const fits = newestFirst(world.prices)
        .filter(matching(call.params, 'active', (p) => p.active))
        .filter(matching(call.params, 'currency', (p) => p.currency))
        .filter(matching(call.params, 'product', (p) => p.product))
        .filter(matching(call.params, 'type', (p) => p.type))
        .filter(
          (p) => created(p.created) && (keys.length === 0 || keys.includes(p.lookup_key ?? '')),
        )
      return page(call, '/v1/prices', fits)
    },
  ),
  route('GET', '/v1/prices/:id', '', (world, { id }) => findPrice(world, id)),
  route(
    'POST',
    '/v1/prices/:id',
    'active lookup_key nickname metadata transfer_lookup_key',
    (world, { id, params }) =>
      change(world, 'price.updated', findPrice(world, id), (price) => {
        price.active = flag(params, 'active') ?? price.active
        price.nickname = text(params, 'nickname') ?? price.nickname
        price.lookup_key = text(params, 'lookup_key') ?? price.lookup_key
        price.metadata = mergeMetadata(price.metadata, params)
      }),
  ),
]
