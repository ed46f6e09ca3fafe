// Verifies the credentials of a bundle (standard input) with verifiers that we did not write, without a network.
// In: {"documents": {address: text}, "contexts": {address: JSON}, "cases": {name: credential or token}}.
// Out: {case: {verifier: {"ok": accepted, "why": what it says}}}. A record is accepted when it and every credential
// inside it are.
import {readFileSync} from 'node:fs';
import * as jose from 'jose';

const bundle = JSON.parse(readFileSync(0, 'utf8'));
const {documents, contexts, cases} = bundle;
console.log = console.error = () => {};

// Whatever a library fetches by itself comes from the bundle as well.
globalThis.fetch = async request => {
  const url = typeof request === 'string' ? request : request.url ?? String(request);
  const text = documents[url] ?? (contexts[url] && JSON.stringify(contexts[url]));
  if(text === undefined) {
    return new Response('not here', {status: 404});
  }
  return new Response(text, {status: 200, headers: {'content-type': 'application/json'}});
};

const bazaar = {
  vc: await import('@digitalbazaar/vc'),
  ...await import('@digitalbazaar/data-integrity'),
  ...await import('@digitalbazaar/eddsa-rdfc-2022-cryptosuite'),
  ...await import('@digitalbazaar/vc-bitstring-status-list')
};
const credentials = {
  vc: await import('@digitalcredentials/vc'),
  ...await import('@digitalcredentials/data-integrity'),
  ...await import('@digitalcredentials/eddsa-rdfc-2022-cryptosuite'),
  ...await import('@digitalcredentials/vc-bitstring-status-list')
};
const core = await import('@digitalcredentials/verifier-core');

function didUrl(did) {
  const [host, ...path] = did.slice('did:web:'.length).split(':').map(decodeURIComponent);
  return `https://${host}/${path.length ? path.join('/') : '.well-known'}/did.json`;
}

async function documentLoader(url) {
  if(contexts[url]) {
    return {contextUrl: null, documentUrl: url, document: contexts[url]};
  }
  const [did, fragment] = url.split('#');
  const text = documents[did.startsWith('did:web:') ? didUrl(did) : url];
  if(text === undefined) {
    throw new Error(`NotFoundError loading "${url}"`);
  }
  let document = JSON.parse(text);
  if(did.startsWith('did:web:') && fragment) {
    const method = document.verificationMethod.find(one => one.id === url);
    if(!method) {
      throw new Error(`NotFoundError: "${url}" is not listed`);
    }
    document = {'@context': 'https://w3id.org/security/multikey/v1', ...method};
  }
  return {contextUrl: null, documentUrl: url, document};
}

async function byLibrary({vc, DataIntegrityProof, cryptosuite, checkStatus}, credential) {
  const suite = new DataIntegrityProof({cryptosuite});
  const result = await vc.verifyCredential({
    credential, suite, documentLoader,
    checkStatus: options => checkStatus({...options, documentLoader, suite, verifyBitstringStatusListCredential: true})
  });
  // One of the two reports a set bit apart from its verdict: signature, list and the bit have to be right.
  const bits = result.statusResult?.results ?? [];
  const entries = [credential.credentialStatus ?? []].flat().length;
  const isClear = !entries || (result.statusResult?.verified === true &&
    bits.length === entries && bits.every(bit => bit.verified === true && bit.status !== true));
  const ok = result.verified === true && isClear;
  return {ok, why: ok ? 'verified' : said(result.error) || said(result.statusResult)};
}

async function byCore(credential) {
  const result = await core.verifyCredential({credential, knownDIDRegistries: []});
  const steps = (result.log ?? []).filter(step => step.id !== 'registered_issuer');
  const failed = steps.filter(step => step.valid !== true);
  const wanted = ['valid_signature', 'expiration', ...(credential.credentialStatus ? ['revocation_status'] : [])];
  const looked = wanted.every(id => steps.some(step => step.id === id));
  const schemas = (result.additionalInformation ?? []).flatMap(more => more.results ?? [])
    .filter(one => one.result !== undefined);
  const fits = schemas.every(one => one.result.valid === true) && (!credential.credentialSchema || schemas.length > 0);
  const ok = !result.errors && looked && failed.length === 0 && fits;
  return {ok, why: ok ? steps.map(step => step.id).join(' ') : said(result.errors ?? [...failed, ...schemas])};
}

// A record, and then each credential inside it by itself.
async function whole(verify, given) {
  const inside = given.credentialSubject?.verifiableCredential ?? [];
  const found = [];
  for(const one of [given, ...inside]) {
    found.push(await outcome(() => verify(structuredClone(one))));
  }
  return found.find(one => !one.ok) ?? found[0];
}

async function byJose(token) {
  const {kid, alg} = jose.decodeProtectedHeader(token);
  const key = await jose.importJWK(JSON.parse(documents[kid] ?? '{}'), alg);
  const {payload} = await jose.jwtVerify(token, key, {algorithms: ['RS256'], typ: 'JWT'});
  const ok = payload.iss === payload.issuer.id && payload.sub === payload.credentialSubject.id &&
    payload.jti === payload.id;
  return {ok, why: ok ? 'verified' : 'the claims differ from the credential'};
}

function said(error) {
  return error ? JSON.stringify(error, (_key, value) => value instanceof Error ?
    {name: value.name, message: value.message, errors: value.errors, cause: value.cause} : value).slice(0, 600) : '';
}

async function outcome(verify) {
  try {
    return await verify();
  } catch(error) {
    return {ok: false, why: said(error)};
  }
}

const made = {};
for(const [name, given] of Object.entries(cases)) {
  made[name] = typeof given === 'string' ?
    {jose: await outcome(() => byJose(given))} :
    {
      '@digitalbazaar/vc': await whole(one => byLibrary(bazaar, one), given),
      '@digitalcredentials/vc': await whole(one => byLibrary(credentials, one), given),
      '@digitalcredentials/verifier-core': await whole(byCore, given)
    };
}
process.stdout.write(JSON.stringify(made, null, 1));
