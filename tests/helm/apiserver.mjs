// SPDX-License-Identifier: MIT
// As much of a Kubernetes API server as `helm template --dry-run=server` needs to look secrets up.
import { createServer } from 'node:http';

const kinds = {
    v1: ['ConfigMap', 'Pod', 'Secret', 'Service', 'ServiceAccount'],
    'apps/v1': ['Deployment', 'StatefulSet'],
    'batch/v1': ['Job'],
    'policy/v1': ['PodDisruptionBudget'],
};

function discovery() {
    const answers = {
        '/version': { major: '1', minor: '34', gitVersion: 'v1.34.0' },
        '/api': { kind: 'APIVersions', versions: ['v1'] },
        '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [] },
    };
    for (const [groupVersion, names] of Object.entries(kinds)) {
        const resources = names.map(kind => ({ name: `${kind.toLowerCase()}s`, singularName: '', kind, namespaced: true, verbs: ['get', 'list'] }));
        const [group, version] = groupVersion.includes('/') ? groupVersion.split('/') : [null, groupVersion];
        answers[`/${group ? 'apis' : 'api'}/${groupVersion}`] = { kind: 'APIResourceList', groupVersion, resources };
        if (group)
            answers['/apis'].groups.push({ name: group, versions: [{ groupVersion, version }], preferredVersion: { groupVersion, version } });
    }
    return answers;
}

// `secrets`: name -> entries in base64, in the namespace talk. Listens on a free port of its own; close() ends it.
export async function startApiServer(secrets) {
    const answers = discovery();
    const server = createServer((request, response) => {
        const path = request.url.split('?')[0];
        const name = path.match(/^\/api\/v1\/namespaces\/talk\/secrets\/([^/]+)$/)?.[1];
        const found = name && secrets[name] && { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'talk' }, data: secrets[name] };
        const body = found || answers[path] || { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404 };
        response.writeHead(body.kind === 'Status' ? 404 : 200, { 'Content-Type': 'application/json' });
        response.end(JSON.stringify(body));
    });
    await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
    return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
