@echo off
rem PostLink Planner: installs itself for this user from the wheelhouse beside this file, without internet, then starts.
rem Without words behind it the app opens; with words they are a command, such as: start.bat check my-country
setlocal EnableExtensions DisableDelayedExpansion
chcp 65001 >nul
set "HERE=%~dp0"
set "HOME_DIR=%LOCALAPPDATA%\PostLinkPlanner\@VERSION@"
set "PYTHON=%HOME_DIR%\Scripts\python.exe"

if exist "%HOME_DIR%\installed.txt" goto start

rem The launcher first; else a Python of that version on the path. What fails may end in a negative number: ask for zero.
set "FOUND=py -@PYTHON@"
%FOUND% -c "import struct, sys; sys.exit(struct.calcsize('P') != 8)" >nul 2>nul
if %ERRORLEVEL% equ 0 goto install
set "FOUND=python"
%FOUND% -c "import struct, sys; sys.exit(struct.calcsize('P') != 8 or not sys.version.startswith('@PYTHON@.'))" >nul 2>nul
if %ERRORLEVEL% neq 0 goto no_python

:install
echo Installing PostLink Planner for this user; this takes some minutes, once.
echo Installation de PostLink Planner pour cet utilisateur ; quelques minutes, une seule fois.
%FOUND% -m venv --clear "%HOME_DIR%"
if %ERRORLEVEL% neq 0 goto failed
if not exist "%PYTHON%" goto failed
"%PYTHON%" -m pip install --quiet --disable-pip-version-check --no-index --find-links "%HERE%wheelhouse" "postlink-planner==@VERSION@"
if %ERRORLEVEL% neq 0 goto failed
>"%HOME_DIR%\installed.txt" echo @VERSION@

:start
if not "%~1"=="" goto command
"%PYTHON%" -m planner app
set "CODE=%ERRORLEVEL%"
if not "%CODE%"=="0" pause
exit /b %CODE%

:command
"%PYTHON%" -m planner %*
exit /b %ERRORLEVEL%

:no_python
echo Python @PYTHON@ (64 bit) is not installed. Get it from python.org or from your administrator, then start again.
echo Python @PYTHON@ (64 bits) n’est pas installé. Installez-le depuis python.org ou demandez-le à votre administrateur, puis relancez.
pause
exit /b 2

:failed
echo The installation failed; the lines above say why. Folder: "%HOME_DIR%"
echo L’installation a échoué ; les lignes ci-dessus disent pourquoi. Dossier : "%HOME_DIR%"
pause
exit /b 1
