; The installer for Windows: for one user, without an administrator and without a network, or with /AllUsers, started by an
; administrator, for all users of the computer. Compiled by scripts/build_installer.py, which defines the names used here
; and writes the lists of files. /S asks and shows nothing.
;
; For all users Python lies under Program Files, where policies let programs run, and the add-in in the folder XLSTART
; beside Excel itself, which Excel opens for every user: learn.microsoft.com/office/troubleshoot/excel/use-startup-folders.
;
; Exit codes: 0 done; 2 refused, nothing was changed; 3 installed, but the last step did not succeed.

Unicode true
; The Python inside is a 64-bit one, so the installer need not run anywhere else.
Target amd64-unicode
SetCompressor /SOLID lzma
SetDateSave off
; An installation with a file missing would be worse than none.
AllowSkipFiles off
ManifestDPIAware true
RequestExecutionLevel user

!include MUI2.nsh
!include FileFunc.nsh

!define NAME "信息公开年报"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\nianbao"
!define FOLDERS "${REGISTRY_KEY}\folders"
!define MENU "$SMPROGRAMS\${NAME}"
!define PYTHON "$INSTDIR\python\python.exe"
!define ADDIN "$XLStart\nianbao.xlam"
!define EXCEL "Software\Microsoft\Windows\CurrentVersion\App Paths\excel.exe"

Var AllUsers ; 1 or nothing
Var XLStart
Var ForWhom

Name "${NAME}"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\nianbao"
BrandingText "${NAME} ${VERSION}"
ShowInstDetails nevershow
ShowUninstDetails nevershow

VIProductVersion "${VERSION}.0"
VIAddVersionKey /LANG=2052 ProductName "${NAME}"
VIAddVersionKey /LANG=2052 ProductVersion "${VERSION}"
VIAddVersionKey /LANG=2052 FileVersion "${VERSION}"
VIAddVersionKey /LANG=2052 FileDescription "${NAME}安装程序"
VIAddVersionKey /LANG=2052 LegalCopyright "nianbao contributors, MIT"

!define MUI_WELCOMEPAGE_TITLE "安装${NAME} ${VERSION}"
!define MUI_WELCOMEPAGE_TEXT "本工具帮您编制政府信息公开工作年度报告。$\r$\n$\r$\n$ForWhom，不联网。请先关闭 Excel 和 LibreOffice，再点“安装”。"
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_INSTFILES
!define MUI_FINISHPAGE_TEXT "请重新打开 Excel，功能区中会出现“${NAME}”。使用说明在开始菜单“${NAME}”中。"
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE SimpChinese

!macro Refuse SENTENCE
  MessageBox MB_OK|MB_ICONEXCLAMATION "${SENTENCE}" /SD IDOK
  SetErrorLevel 2
  Quit
!macroend

; A file that another program holds cannot be opened for writing.
!macro RefuseInUse FILE SENTENCE
  ${If} ${FileExists} "${FILE}"
    ClearErrors
    FileOpen $0 "${FILE}" a
    ${If} ${Errors}
      !insertmacro Refuse "${SENTENCE}"
    ${EndIf}
    FileClose $0
  ${EndIf}
!macroend

!macro RefuseWhileRunning
  !insertmacro RefuseInUse "${ADDIN}" "Excel 正在使用本工具的按钮。请关闭所有 Excel 窗口，再运行一次。"
  !insertmacro RefuseInUse "${PYTHON}" "本工具正在运行。请等它结束，再运行一次。"
  !insertmacro RefuseInUse "$INSTDIR\python\pythonw.exe" "本工具正在运行。请等它结束，再运行一次。"
!macroend

; A folder of another program's is made only where it is missing, and removed only where it was made, and is empty.
!macro MakeFolder FOLDER
  ${IfNot} ${FileExists} "${FOLDER}\*.*"
    CreateDirectory "${FOLDER}"
    WriteRegStr SHCTX "${FOLDERS}" "${FOLDER}" made
  ${EndIf}
!macroend

!macro UnmakeFolder FOLDER
  ReadRegStr $0 SHCTX "${FOLDERS}" "${FOLDER}"
  ${If} $0 == made
    RMDir "${FOLDER}"
  ${EndIf}
!macroend

; Where things belong: $SMPROGRAMS, SHCTX and the like follow SetShellVarContext.
!macro Places
  ${If} $AllUsers == 1
    SetShellVarContext all
    ReadRegStr $0 HKLM "${EXCEL}" Path
    ${If} $0 == ""
      SetRegView 32
      ReadRegStr $0 HKLM "${EXCEL}" Path
      SetRegView 64
    ${EndIf}
    ${GetParent} "$0\." $0
    StrCpy $XLStart "$0\XLSTART"
  ${Else}
    StrCpy $XLStart "${XLSTART}"
  ${EndIf}
!macroend

Function .onInit
  StrCpy $ForWhom "只为您自己的账户安装，不需要管理员权限"
  ${GetParameters} $1
  ClearErrors
  ${GetOptions} $1 "/AllUsers" $2
  ${IfNot} ${Errors}
    UserInfo::GetAccountType
    Pop $0
    ${If} $0 != Admin
      !insertmacro Refuse "为所有用户安装需要管理员权限。请由管理员运行，或去掉 /AllUsers 只为自己安装。"
    ${EndIf}
    StrCpy $AllUsers 1
    StrCpy $ForWhom "为这台电脑的所有用户安装"
    ${If} $INSTDIR == "$LOCALAPPDATA\nianbao"
      StrCpy $INSTDIR "$PROGRAMFILES64\nianbao"
    ${EndIf}
  ${EndIf}
  !insertmacro Places
  ${If} $XLStart == "\XLSTART"
    !insertmacro Refuse "没有找到 Excel。为所有用户安装，请先装好 Excel。"
  ${EndIf}
  !insertmacro RefuseWhileRunning
  ${If} ${FileExists} "${ADDIN}"
  ${AndIfNot} ${FileExists} "$INSTDIR\uninstall.exe"
    !insertmacro Refuse "“${ADDIN}”已存在，不是本安装程序装的。请先运行 nianbao uninstall 或移走该文件，再运行一次。"
  ${EndIf}
FunctionEnd

Section
  ; An older version knows best what it laid down.
  ${If} ${FileExists} "$INSTDIR\uninstall.exe"
    ExecWait '"$INSTDIR\uninstall.exe" /S _?=$INSTDIR' $0
    ${If} $0 != 0
      !insertmacro Refuse "旧版本没有卸载成功。请在“设置—应用”中卸载“${NAME}”，再运行一次。"
    ${EndIf}
  ${EndIf}

  ; First of all the way back, for an installation that breaks off.
  SetOutPath "$INSTDIR"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  WriteRegStr SHCTX "${UNINSTALL}" DisplayName "${NAME}"
  WriteRegStr SHCTX "${UNINSTALL}" DisplayVersion "${VERSION}"
  WriteRegStr SHCTX "${UNINSTALL}" Publisher "nianbao contributors"
  WriteRegStr SHCTX "${UNINSTALL}" InstallLocation "$INSTDIR"
  WriteRegStr SHCTX "${UNINSTALL}" UninstallString '"$INSTDIR\uninstall.exe"'
  WriteRegStr SHCTX "${UNINSTALL}" QuietUninstallString '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD SHCTX "${UNINSTALL}" EstimatedSize ${KILOBYTES}
  WriteRegDWORD SHCTX "${UNINSTALL}" NoModify 1
  WriteRegDWORD SHCTX "${UNINSTALL}" NoRepair 1

  !include "${LAY}"
  SetFileAttributes "$INSTDIR\空白工作簿\*.xlsx" READONLY

  ${If} $AllUsers != 1
    !insertmacro MakeFolder "$APPDATA\Microsoft\Excel"
  ${EndIf}
  !insertmacro MakeFolder "$XLStart"
  SetOutPath "$XLStart"
  File "/oname=nianbao.xlam" "${ADDIN_SOURCE}"
  WriteRegStr SHCTX "${REGISTRY_KEY}" "${REGISTRY_VALUE}" "$INSTDIR\python\pythonw.exe"
  ${If} $AllUsers == 1 ; an Excel of 32 bits reads the other view
    SetRegView 32
    WriteRegStr SHCTX "${REGISTRY_KEY}" "${REGISTRY_VALUE}" "$INSTDIR\python\pythonw.exe"
    SetRegView 64
  ${EndIf}

  SetOutPath "$INSTDIR"
  CreateDirectory "${MENU}"
  CreateShortcut "${MENU}\使用说明.lnk" "$INSTDIR\使用说明.txt"
  CreateShortcut "${MENU}\新建工作簿.lnk" "$INSTDIR\空白工作簿"
  CreateShortcut "${MENU}\卸载.lnk" "$INSTDIR\uninstall.exe"

  ${If} $AllUsers == 1 ; LibreOffice's buttons belong to each user
    Return
  ${EndIf}

  ; What remains, LibreOffice's buttons, is the program's own business; that it runs at all shows here, too.
  nsExec::Exec '"${PYTHON}" -P -m nianbao install'
  Pop $0
  ${If} $0 != 0
    MessageBox MB_OK|MB_ICONEXCLAMATION "Excel 的按钮已装好，LibreOffice 的按钮没有装上。要在 LibreOffice 中使用，请关闭 LibreOffice，再运行一次。" /SD IDOK
    SetErrorLevel 3
  ${EndIf}
SectionEnd

Function un.onInit
  ReadRegStr $0 HKLM "${UNINSTALL}" InstallLocation
  ${If} $0 == $INSTDIR
    UserInfo::GetAccountType
    Pop $0
    ${If} $0 != Admin
      !insertmacro Refuse "本工具是为所有用户安装的，卸载需要管理员权限。请由管理员运行。"
    ${EndIf}
    StrCpy $AllUsers 1
  ${EndIf}
  !insertmacro Places
  !insertmacro RefuseWhileRunning
FunctionEnd

Section un.
  ${If} $AllUsers != 1
    nsExec::Exec '"${PYTHON}" -P -m nianbao uninstall'
    Pop $0
    ${If} $0 != 0
      MessageBox MB_OK|MB_ICONEXCLAMATION "LibreOffice 的按钮没有卸载。请在 LibreOffice 的“工具—扩展管理器”中删除“${NAME}”。" /SD IDOK
    ${EndIf}
  ${EndIf}

  Delete "${MENU}\使用说明.lnk"
  Delete "${MENU}\新建工作簿.lnk"
  Delete "${MENU}\卸载.lnk"
  RMDir "${MENU}"

  Delete "${ADDIN}"
  !insertmacro UnmakeFolder "$XLStart"
  ${If} $AllUsers != 1
    !insertmacro UnmakeFolder "$APPDATA\Microsoft\Excel"
  ${EndIf}
  DeleteRegKey SHCTX "${FOLDERS}"
  DeleteRegValue SHCTX "${REGISTRY_KEY}" "${REGISTRY_VALUE}"
  DeleteRegKey /ifempty SHCTX "${REGISTRY_KEY}"
  ${If} $AllUsers == 1
    SetRegView 32
    DeleteRegValue SHCTX "${REGISTRY_KEY}" "${REGISTRY_VALUE}"
    DeleteRegKey /ifempty SHCTX "${REGISTRY_KEY}"
    SetRegView 64
  ${EndIf}

  SetFileAttributes "$INSTDIR\空白工作簿\*.xlsx" NORMAL
  !include "${REMOVE}"
  DeleteRegKey SHCTX "${UNINSTALL}"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
SectionEnd
