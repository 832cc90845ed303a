{{/* One emulator a namespace: everything is called fcemu, whatever the release is. */}}
{{- define "fcemu.labels" -}}
app.kubernetes.io/name: fcemu
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end -}}

{{- define "fcemu.selector" -}}
app.kubernetes.io/name: fcemu
{{- end -}}

{{- define "fcemu.secret" -}}
{{- if and .Values.token.existingSecret .Values.token.value -}}
{{- fail "token: name a Secret (existingSecret) or give a value, not both" -}}
{{- end -}}
{{- if not (or .Values.token.existingSecret .Values.token.value) -}}
{{- fail "token: beyond loopback the control side wants one: token.existingSecret names a Secret, token.value makes one" -}}
{{- end -}}
{{- if and (eq .Values.auth.mode "strict") (not .Values.auth.keys) -}}
{{- fail "auth: strict takes calls of known keys alone, and auth.keys names none" -}}
{{- end -}}
{{- .Values.token.existingSecret | default "fcemu-token" -}}
{{- end -}}

{{- define "fcemu.config" -}}
listen: {{ if .Values.dns.enabled }}[":8252", ":80", ":443"]{{ else }}[":8252"]{{ end }}
{{- if .Values.dns.enabled }}
dns_listen: [":53"]
{{- end }}
account: {{ .Values.account | quote }}
region: {{ .Values.region }}
auth:
  mode: {{ .Values.auth.mode }}
  {{- with .Values.auth.keys }}
  keys: {{ toJson . }}
  {{- end }}
allow_users: any # of this container, where only functions are
data: /var/lib/fcemu
ca_dir: /var/lib/fcemu-ca
{{- range $name := list "seeds" "faults" "fixtures" }}
{{- if index $.Values $name }}
{{ $name }}: [{{ $name }}.yaml]
{{- end }}
{{- end }}
{{- end -}}
