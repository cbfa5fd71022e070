#!/usr/bin/env pwsh
# SPDX-License-Identifier: MIT
#Requires -Version 7.0
<#
.SYNOPSIS
Builds the images of Next Chat (server, sqlmigrate, autotest), and pushes them if asked.

.DESCRIPTION
Uses docker, or podman where there is no docker. Each image is tagged REGISTRY/nextchat-NAME:VERSION, and with -Latest also :latest.
Ends with 0 when everything was done; with 1, and one line on what failed, at the first step that was not.

.PARAMETER Version
The tag of the images; by default the version in CMakeLists.txt.

.PARAMETER Registry
What the names begin with, such as ghcr.io/example. By default nothing: the images are for this machine.

.PARAMETER Push
Pushes the images once all of them are built. Needs -Registry.

.PARAMETER Latest
Tags them as latest, too.

.PARAMETER Target
Only these images.

.PARAMETER Engine
docker or podman; by default whichever there is.

.EXAMPLE
./build.ps1
.EXAMPLE
./build.ps1 -Version 1.2.3 -Registry ghcr.io/example -Push
#>
[CmdletBinding()]
param(
    [ValidatePattern('^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$')]
    [string] $Version,
    [ValidatePattern('^[a-z0-9][a-z0-9._:/-]*[a-z0-9]$')]
    [string] $Registry,
    [switch] $Push,
    [switch] $Latest,
    [ValidateSet('server', 'sqlmigrate', 'autotest')]
    [string[]] $Target = @('server', 'sqlmigrate', 'autotest'),
    [ValidateSet('docker', 'podman')]
    [string] $Engine
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

function Stop-Build([string] $Reason) {
    [Console]::Error.WriteLine("build.ps1: $Reason")
    exit 1
}

# Runs the engine, its output shown as it comes.
function Invoke-Engine([string] $What, [string[]] $Arguments) {
    Write-Host "> $Engine $($Arguments -join ' ')"
    & $Engine @Arguments
    if ($LASTEXITCODE -ne 0) { Stop-Build "$What failed ($Engine ended with $LASTEXITCODE)" }
}

if ($Push -and -not $Registry) { Stop-Build '-Push needs -Registry' }
if (-not $Engine) {
    $there = @('docker', 'podman') | Where-Object { Get-Command $_ -CommandType Application -ErrorAction SilentlyContinue }
    if (-not $there) { Stop-Build 'there is neither docker nor podman' }
    $Engine = @($there)[0]
} elseif (-not (Get-Command $Engine -CommandType Application -ErrorAction SilentlyContinue)) {
    Stop-Build "there is no $Engine"
}

if (-not $Version) {
    $found = Select-String -Path (Join-Path $PSScriptRoot 'CMakeLists.txt') -Pattern 'project\(nextchat VERSION ([0-9.]+)'
    if (-not $found) { Stop-Build 'CMakeLists.txt says no version; give -Version' }
    $Version = $found.Matches[0].Groups[1].Value
}
$revision = 'unknown'
if (Get-Command git -CommandType Application -ErrorAction SilentlyContinue) {
    $described = git -C $PSScriptRoot rev-parse HEAD 2>$null
    if ($LASTEXITCODE -eq 0) { $revision = $described }
}

$prefix = $Registry ? "$Registry/" : ''
$tags = [System.Collections.Generic.List[string]]::new()
$env:DOCKER_BUILDKIT = '1'
foreach ($name in $Target) {
    $image = "${prefix}nextchat-$name"
    $own = @("${image}:$Version")
    if ($Latest) { $own += "${image}:latest" }
    $arguments = @('build', '--file', (Join-Path $PSScriptRoot 'Dockerfile'), '--target', $name,
        '--build-arg', "VERSION=$Version", '--build-arg', "REVISION=$revision")
    if ($Engine -eq 'podman') { $arguments += @('--format', 'docker') } # the OCI format has no HEALTHCHECK
    foreach ($tag in $own) { $arguments += @('--tag', $tag) }
    Invoke-Engine "building $name" ($arguments + $PSScriptRoot)
    $tags.AddRange([string[]] $own)
}
if ($Push) {
    foreach ($tag in $tags) { Invoke-Engine "pushing $tag" @('push', $tag) }
}
Write-Host "Built$($Push ? ' and pushed' : ''): $($tags -join ', ')"
