{{/* SPDX-License-Identifier: MIT */}}

{{- define "nextchat.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* What the names of all objects begin with; short enough for the longest ending. */}}
{{- define "nextchat.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "nextchat.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "nextchat.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Of one component: (dict "root" $ "component" "server"). */}}
{{- define "nextchat.selectorLabels" -}}
app.kubernetes.io/name: {{ include "nextchat.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "nextchat.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/part-of: nextchat
{{ include "nextchat.selectorLabels" . }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* (dict "root" $ "name" .Values.image.server) */}}
{{- define "nextchat.image" -}}
{{- $image := .root.Values.image -}}
{{- with $image.registry }}{{ . }}/{{ end }}{{ .name }}:{{ default .root.Chart.AppVersion $image.tag }}
{{- end -}}

{{- define "nextchat.pullSecrets" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "nextchat.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "nextchat.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* The profile "restricted" of the Pod Security Standards. */}}
{{- define "nextchat.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
fsGroup: {{ . }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "nextchat.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "nextchat.usesMysql" -}}
{{- if .Values.history.enabled }}true{{ end -}}
{{- end -}}

{{/* --- names of secrets --- */}}

{{- define "nextchat.jwtSecret" -}}
{{- default (printf "%s-jwt" (include "nextchat.fullname" .)) .Values.auth.jwt.existingSecret -}}
{{- end -}}
{{- define "nextchat.tokenSecret" -}}
{{- default (printf "%s-token" (include "nextchat.fullname" .)) .Values.tokenSecret.existingSecret -}}
{{- end -}}
{{- define "nextchat.redisSecret" -}}
{{- default (printf "%s-redis" (include "nextchat.fullname" .)) .Values.redis.existingSecret -}}
{{- end -}}
{{- define "nextchat.mysqlSecret" -}}
{{- default (printf "%s-mysql" (include "nextchat.fullname" .)) .Values.mysql.existingSecret -}}
{{- end -}}
{{- define "nextchat.redisUrlSecret" -}}
{{- if .Values.redis.enabled -}}
{{- include "nextchat.fullname" . }}-redis-url
{{- else -}}
{{- default (printf "%s-redis-url" (include "nextchat.fullname" .)) .Values.redis.external.existingSecret -}}
{{- end -}}
{{- end -}}
{{- define "nextchat.historyUrlSecret" -}}
{{- if .Values.mysql.enabled -}}
{{- include "nextchat.fullname" . }}-history-url
{{- else -}}
{{- default (printf "%s-history-url" (include "nextchat.fullname" .)) .Values.mysql.external.existingSecret -}}
{{- end -}}
{{- end -}}

{{/*
An entry of a secret as it is in the cluster, else a new random one: it stays the same over upgrades.
(dict "root" $ "secret" NAME "entry" KEY "length" N). The same within one rendering.
*/}}
{{- define "nextchat.kept" -}}
{{- $cache := printf "%s/%s" .secret .entry -}}
{{- if not (hasKey .root.Values "generated") -}}{{- $_ := set .root.Values "generated" dict -}}{{- end -}}
{{- if not (hasKey .root.Values.generated $cache) -}}
{{- $found := lookup "v1" "Secret" .root.Release.Namespace .secret -}}
{{- if and $found (hasKey $found.data .entry) -}}
{{- $_ := set .root.Values.generated $cache (index $found.data .entry | b64dec) -}}
{{- else -}}
{{- $_ := set .root.Values.generated $cache (randAlphaNum (int .length)) -}}
{{- end -}}
{{- end -}}
{{- index .root.Values.generated $cache -}}
{{- end -}}

{{/* Values that contradict each other, with a sentence each; a schema can't say them as well. */}}
{{- define "nextchat.checkValues" -}}
{{- $redis := .Values.redis -}}
{{- if and (not $redis.enabled) (empty $redis.external.urls) (empty $redis.external.existingSecret) -}}
{{- fail "redis.enabled is false: set redis.external.urls or redis.external.existingSecret" -}}
{{- end -}}
{{- if and $redis.enabled (or $redis.external.urls $redis.external.existingSecret) -}}
{{- fail "redis.external is set: set redis.enabled to false, or the bundled Redis would be used" -}}
{{- end -}}
{{- if .Values.history.enabled -}}
{{- $mysql := .Values.mysql -}}
{{- if and (not $mysql.enabled) (empty $mysql.external.url) (empty $mysql.external.existingSecret) -}}
{{- fail "mysql.enabled is false: set mysql.external.url or mysql.external.existingSecret, or history.enabled to false" -}}
{{- end -}}
{{- if and $mysql.enabled (or $mysql.external.url $mysql.external.existingSecret) -}}
{{- fail "mysql.external is set: set mysql.enabled to false, or the bundled MySQL would be used" -}}
{{- end -}}
{{- end -}}
{{- if and (eq .Values.auth.mode "jwt") (empty .Values.auth.jwt.existingSecret) -}}
{{- if or (ne (join "," .Values.auth.jwt.algorithms) "HS256") (ne (join "," .Values.auth.jwt.keys) "jwt.key") -}}
{{- fail "auth.jwt: the key that the chart makes is for HS256 alone; set auth.jwt.existingSecret for other algorithms or keys" -}}
{{- end -}}
{{- end -}}
{{- if gt (int .Values.shutdown.drainSeconds) (int .Values.shutdown.timeoutSeconds) -}}
{{- fail "shutdown.drainSeconds is longer than shutdown.timeoutSeconds" -}}
{{- end -}}
{{- if and .Values.autoscaling.enabled (gt (int .Values.autoscaling.minReplicas) (int .Values.autoscaling.maxReplicas)) -}}
{{- fail "autoscaling.minReplicas is above autoscaling.maxReplicas" -}}
{{- end -}}
{{- range $section, $keys := dict "server" (list "listen" "opsListen" "dataDir" "drainTime" "shutdownTimeout" "tokenSecret" "tokenSecretFile" "allowedOrigins") "redis" (list "url" "urlFile") "history" (list "url" "urlFile") "auth" (list "mode" "jwt") "log" (list "level" "format") -}}
{{- range $key := $keys -}}
{{- if hasKey (default dict (index $.Values.config $section)) $key -}}
{{- fail (printf "config.%s.%s is set by the chart; there is a value for it" $section $key) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* configuration.yaml: what the chart sets, and .Values.config around it. */}}
{{- define "nextchat.configuration" -}}
{{- $server := dict "listen" "*:5000" "opsListen" "*:5001" "dataDir" "/var/lib/nextchat" "drainTime" (printf "%ds" (int .Values.shutdown.drainSeconds)) "shutdownTimeout" (printf "%ds" (int .Values.shutdown.timeoutSeconds)) "tokenSecretFile" "/etc/nextchat/token/token-secret" -}}
{{- with .Values.auth.allowedOrigins -}}{{- $_ := set $server "allowedOrigins" . -}}{{- end -}}
{{- $auth := dict "mode" .Values.auth.mode -}}
{{- if eq .Values.auth.mode "jwt" -}}
{{- $jwt := .Values.auth.jwt -}}
{{- $files := list -}}
{{- range $jwt.keys -}}{{- $files = append $files (printf "/etc/nextchat/jwt/%s" .) -}}{{- end -}}
{{- $own := dict "keys" $files "algorithms" $jwt.algorithms "userClaim" $jwt.userClaim "clockSkew" $jwt.clockSkew -}}
{{- with $jwt.issuer -}}{{- $_ := set $own "issuer" . -}}{{- end -}}
{{- with $jwt.audience -}}{{- $_ := set $own "audience" . -}}{{- end -}}
{{- $_ := set $auth "jwt" $own -}}
{{- end -}}
{{- $history := dict "url" "none" -}}
{{- if include "nextchat.usesMysql" . -}}{{- $history = dict "urlFile" "/etc/nextchat/history/history-url" -}}{{- end -}}
{{- $own := dict "server" $server "auth" $auth "log" .Values.log "redis" (dict "urlFile" "/etc/nextchat/redis/redis-url") "history" $history -}}
{{- toYaml (mergeOverwrite (deepCopy .Values.config) $own) -}}
{{- end -}}
